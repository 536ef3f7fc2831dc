// The AAR for Android: the façade's sources as the JVM has them, bindings generated for Android, and a
// library per architecture under src/main/jniLibs. .github/workflows/android.yml puts these in place.
plugins {
    id("com.android.library") version "9.0.0"
}

group = "dev.pericard"
version = "0.1.0"

android {
    namespace = "dev.pericard"
    compileSdk = 36
    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    sourceSets.named("main") {
        kotlin.srcDirs("generated", "../generated/facade", "../src/main/kotlin")
    }
}

dependencies {
    api("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.11.0")
    implementation("net.java.dev.jna:jna:5.19.1@aar")
    // The redirect activity: Auth Tab and Custom Tabs, and the results of activities.
    implementation("androidx.browser:browser:1.10.0")
    implementation("androidx.activity:activity:1.13.0")
}
