/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Holds the arrows between the rooms, and the habits of the house that a class file shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ArchitectureTest {
  private static final String KERNEL = "io.ringward.kernel..";
  private static final String BPF = "io.ringward.bpf..";
  private static final String LOADER = "io.ringward.loader..";
  private static final String RULES = "io.ringward.rules..";
  private static final String DETECT = "io.ringward.detect..";
  private static final String DECIDE = "io.ringward.decide..";
  private static final String JOBS = "io.ringward.jobs..";
  private static final String AGENT = "io.ringward.agent..";

  private JavaClasses house;

  @BeforeAll
  void readTheHouse() {
    house =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.ringward");
  }

  @Test
  void everyRoomIsThere() {
    for (String room :
        List.of("kernel", "bpf", "loader", "rules", "detect", "decide", "jobs", "agent")) {
      assertTrue(
          house.stream().anyMatch(c -> c.getPackageName().startsWith("io.ringward." + room)),
          "no class of io.ringward." + room + " was read: the other rules would hold of nothing");
    }
  }

  @Test
  void contractDependsOnNothingOfOurs() {
    mustNotReach(KERNEL, BPF, LOADER, RULES, DETECT, DECIDE, JOBS, AGENT);
  }

  @Test
  void bpfJvmStandsAlone() {
    mustNotReach(BPF, KERNEL, LOADER, RULES, DETECT, DECIDE, JOBS, AGENT);
  }

  @Test
  void loaderKnowsOnlyContractAndBpf() {
    mustNotReach(LOADER, RULES, DETECT, DECIDE, JOBS, AGENT);
  }

  @Test
  void rulesKnowOnlyTheContract() {
    mustNotReach(RULES, BPF, LOADER, DETECT, DECIDE, JOBS, AGENT);
  }

  @Test
  void detectorsKnowOnlyTheContract() {
    mustNotReach(DETECT, BPF, LOADER, RULES, JOBS, AGENT);
    mustNotReach(DECIDE, BPF, LOADER, RULES, JOBS, AGENT);
  }

  @Test
  void jobsNeverImportTheLoader() {
    mustNotReach(JOBS, BPF, LOADER, AGENT);
  }

  @Test
  void rulesAndDetectorsImportNeitherFlinkNorLinkers() {
    noClasses()
        .that()
        .resideInAnyPackage(RULES, DETECT, DECIDE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.flink..", "java.lang.foreign..")
        .check(house);
  }

  @Test
  void onlyBpfJvmLinksNativeCode() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BPF)
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "link native code",
                (JavaClass c) ->
                    List.of(
                            "java.lang.foreign.Linker",
                            "java.lang.foreign.SymbolLookup",
                            "java.lang.foreign.FunctionDescriptor")
                        .contains(c.getName().replaceAll("\\$.*", ""))))
        .check(house);
  }

  @Test
  void smileIsImportedByDetectAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.ringward.detect")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("smile..")
        .check(house);
  }

  @Test
  void flinkIsImportedByJobsAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(JOBS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink..")
        .check(house);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.ringward.(**)").should().beFreeOfCycles().check(house);
  }

  @Test
  void concreteClassesAreFinal() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areNotAnonymousClasses()
        .and()
        .doNotHaveModifier(JavaModifier.ABSTRACT)
        .and()
        .areNotEnums()
        .and(
            // javac makes an enum constant with a body a class of its own.
            DescribedPredicate.describe(
                "are not bodies of enum constants",
                (JavaClass c) -> c.getRawSuperclass().map(s -> !s.isEnum()).orElse(true)))
        .should()
        .haveModifier(JavaModifier.FINAL)
        .check(house);
  }

  @Test
  void namesSayWhatAThingIs() {
    noClasses()
        .should()
        .haveNameMatching(".*(Impl|Manager|Utils?|Helpers?)")
        .because("a name says what a thing is, not that it exists")
        .check(house);
  }

  private void mustNotReach(String from, String... packages) {
    noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .check(house);
  }
}
