// The phone's build. It needs the Android SDK and has not been run here; see README.md.
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "pericard-app"
include(":ui", ":app")
// The Kotlin package with its library for phones.
includeBuild("../bindings/kotlin/pericard-android") {
    dependencySubstitution { substitute(module("dev.pericard:pericard-android")).using(project(":")) }
}
