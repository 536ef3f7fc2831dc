/* Says "configured" to the build script that type-checks against OpenSSL without compiling it. */
