// The app as it is installed. It needs the Android SDK and has not been run yet; `cargo xtask android` compiles, links and runs
// the same sources without it.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "dev.pericard.app.android"
    compileSdk = 36
    defaultConfig {
        applicationId = "dev.pericard.app"
        minSdk = 26
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
        // The way back from the browser, as in src/main/assets/clinics.json (RFC 8252 §7.1).
        manifestPlaceholders["pericardRedirectScheme"] = "dev.pericard.app"
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "rules.pro")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    sourceSets["main"].kotlin.srcDirs("src/main/kotlin")
    // 16 KB pages: libraries are neither compressed nor unpacked.
    packaging { jniLibs { useLegacyPackaging = false } }
    androidResources { generateLocaleConfig = false }
}

kotlin { jvmToolchain(17) }

dependencies {
    implementation(project(":ui"))
    implementation(libs.activity.compose)
    implementation(libs.coroutines.android)
    implementation(libs.work)
}
