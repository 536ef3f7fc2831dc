/* The version that the vendored OpenSSL has; the build script reads it from here in type checks. */
#define OPENSSL_VERSION_MAJOR 3
#define OPENSSL_VERSION_MINOR 6
#define OPENSSL_VERSION_PATCH 3
