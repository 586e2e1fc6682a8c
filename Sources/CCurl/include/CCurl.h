// libcurl and the TLS library behind it, loaded when the first request is made.
//
// Linking them would cost every command their loading, which takes longer than most commands need. Swift can neither
// call variadic functions nor load a library with types, so both happen here; every rule about requests is in Swift.
#ifndef CCURL_H
#define CCURL_H

// Debian 11 and Ubuntu 22.04 have no replacement yet for what newer headers call deprecated.
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <stdint.h>

/// Why the libraries cannot be used.
typedef enum ccurl_problem {
  CCURL_READY = 0,
  /// The dynamic loader finds no libcurl.
  CCURL_MISSING,
  /// libcurl is older than 7.80, or was built without HTTP/2 or https.
  CCURL_UNFIT,
  /// libcurl stands on another TLS library than OpenSSL 3, so certificates could not be checked by our rules.
  CCURL_OTHER_TLS
} ccurl_problem;

/// Loads the libraries once and prepares them; later calls return the first answer. Any thread.
ccurl_problem ccurl_load(void);

// Everything below needs a successful `ccurl_load`.

CURLM *ccurl_multi_make(void);
void ccurl_multi_free(CURLM *multi);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode ccurl_multi_add(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
/// Waits for traffic, a wake-up, or the end of the time.
CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds);
/// Ends a wait; may be called from any thread.
CURLMcode ccurl_multi_wakeup(CURLM *multi);
/// Takes the next transfer that ended, or returns NULL.
CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *result);

CURL *ccurl_easy_make(void);
void ccurl_easy_free(CURL *easy);
CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *context);
CURLcode ccurl_set_data_callback(CURL *easy, CURLoption option, ccurl_data_callback callback);
typedef int (*ccurl_request_callback)(void *context, char *, char *, int, int);
CURLcode ccurl_set_request_callback(CURL *easy, ccurl_request_callback callback);
/// A number that libcurl knows of the transfer, or -1.
long ccurl_info_long(CURL *easy, CURLINFO info);
void *ccurl_info_pointer(CURL *easy, CURLINFO info);
struct curl_slist *ccurl_list_append(struct curl_slist *list, const char *text);
void ccurl_list_free(struct curl_slist *list);

/// The roots that servers' certificates must lead to.
typedef struct ccurl_roots ccurl_roots;
ccurl_roots *ccurl_roots_make(void);
void ccurl_roots_free(ccurl_roots *roots);
/// Takes what the system trusts, as OpenSSL finds it: a folder of hashed names is read certificate by certificate as
/// they are needed. Returns 1 on success.
int ccurl_roots_add_system(ccurl_roots *roots);
/// Takes a folder of hashed names. Returns 1 on success.
int ccurl_roots_add_folder(ccurl_roots *roots, const char *path);
/// Takes every certificate of a PEM text. Returns how many, or -1 where one cannot be read.
int ccurl_roots_add_pem(ccurl_roots *roots, const void *bytes, size_t count);

/// The times of `ccurl_identity` that are none.
#define CCURL_NOW (-1)
#define CCURL_ANY_TIME (-2)

/// Who the server has to be.
typedef struct ccurl_identity {
  ccurl_roots *roots;
  /// A DNS name, or an address without brackets.
  const char *host;
  int is_address;
  /// When the certificates have to be valid: seconds since 1970, `CCURL_NOW` or `CCURL_ANY_TIME`.
  int64_t time;
  /// Set to 1 when TLS with the server begins: a proxy in between has made the connection by then.
  int has_begun;
} ccurl_identity;
/// Makes TLS of this transfer accept only that server (`DESIGN` 6a). `identity` must outlive the transfer.
CURLcode ccurl_set_identity(CURL *easy, ccurl_identity *identity);

#endif
