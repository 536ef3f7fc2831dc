// The screens for phones, from the same sources that pom.xml compiles for the desktop. Not run here: no Android SDK.
plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "dev.pericard.app.ui"
    compileSdk = 36
    defaultConfig { minSdk = 26 }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    sourceSets["main"].kotlin.srcDirs("src/main/kotlin", "src/generated/kotlin")
    // Samples are for previews; they are not shipped.
    sourceSets["debug"].kotlin.srcDirs("src/samples/kotlin")
}

kotlin { jvmToolchain(17) }

dependencies {
    api(libs.pericard)
    api(libs.compose.ui)
    api(libs.compose.foundation)
    api(libs.compose.material3)
    implementation(libs.navigationevent.compose)
    debugImplementation(libs.compose.tooling.preview)
}
