#include "CCurl.h"

#include <dlfcn.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// MARK: The loaded functions

// Each name twice would invite a mistake, so the tables are made from lists. The types come from the headers.
#define CURL_FUNCTIONS(X)                                                                                           \
  X(curl_global_init) X(curl_version_info) X(curl_multi_init) X(curl_multi_cleanup) X(curl_multi_setopt)            \
  X(curl_multi_add_handle) X(curl_multi_remove_handle) X(curl_multi_perform) X(curl_multi_poll)                     \
  X(curl_multi_wakeup) X(curl_multi_info_read) X(curl_easy_init) X(curl_easy_cleanup)            \
  X(curl_easy_setopt) X(curl_easy_getinfo) X(curl_slist_append) X(curl_slist_free_all)

#define TLS_FUNCTIONS(X)                                                                                            \
  X(SSL_CTX_set1_cert_store) X(SSL_CTX_set_verify) X(SSL_CTX_get0_param) X(X509_VERIFY_PARAM_set_hostflags)         \
  X(X509_VERIFY_PARAM_set1_host) X(X509_VERIFY_PARAM_set1_ip_asc) X(X509_VERIFY_PARAM_set_flags)    \
  X(X509_VERIFY_PARAM_set_time) X(X509_STORE_new) X(X509_STORE_free)              \
  X(X509_STORE_set_flags) X(X509_STORE_set_default_paths) X(X509_STORE_load_path) X(X509_STORE_add_cert)            \
  X(X509_free) X(PEM_read_bio_X509) X(BIO_new_mem_buf) X(BIO_free) X(ERR_peek_last_error) X(ERR_clear_error)

#define DECLARE(name) __typeof__(&name) name##_;
static struct {
  CURL_FUNCTIONS(DECLARE)
  TLS_FUNCTIONS(DECLARE)
} library;
#undef DECLARE

static ccurl_problem problem = CCURL_MISSING;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_library(void) {
#if defined(__APPLE__)
  return dlopen("libcurl.4.dylib", RTLD_LAZY | RTLD_LOCAL);
#else
  return dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
#endif
}

static void load(void) {
  void *handle = open_library();
  if (!handle) return;
  // A search by this handle goes through libcurl and what it is linked with: its own TLS library, not ours.
#define FIND(name)                                                    \
  *(void **)&library.name##_ = dlsym(handle, #name);                  \
  if (!library.name##_) return;
  problem = CCURL_UNFIT;
  CURL_FUNCTIONS(FIND)
  curl_version_info_data *version = library.curl_version_info_(CURLVERSION_NOW);
  // 7.80 has the callback before a request (CURLOPT_PREREQFUNCTION).
  if (version->version_num < 0x075000) return;
  if (!(version->features & CURL_VERSION_HTTP2) || !(version->features & CURL_VERSION_SSL)) return;
  problem = CCURL_OTHER_TLS;
  if (!version->ssl_version || strncmp(version->ssl_version, "OpenSSL/3", 9) != 0) return;
  TLS_FUNCTIONS(FIND)
#undef FIND
  problem = CCURL_UNFIT;
  if (library.curl_global_init_(CURL_GLOBAL_DEFAULT) != CURLE_OK) return;
  problem = CCURL_READY;
}

ccurl_problem ccurl_load(void) {
  pthread_once(&once, load);
  return problem;
}

// MARK: Many transfers at once

// Calls through a pointer escape the checks that curl's header wraps around the names.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

CURLM *ccurl_multi_make(void) { return library.curl_multi_init_(); }
void ccurl_multi_free(CURLM *multi) { library.curl_multi_cleanup_(multi); }

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return library.curl_multi_setopt_(multi, option, value);
}

CURLMcode ccurl_multi_add(CURLM *multi, CURL *easy) { return library.curl_multi_add_handle_(multi, easy); }
CURLMcode ccurl_multi_remove(CURLM *multi, CURL *easy) { return library.curl_multi_remove_handle_(multi, easy); }
CURLMcode ccurl_multi_perform(CURLM *multi, int *running) { return library.curl_multi_perform_(multi, running); }

CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds) {
  return library.curl_multi_poll_(multi, NULL, 0, milliseconds, NULL);
}

CURLMcode ccurl_multi_wakeup(CURLM *multi) { return library.curl_multi_wakeup_(multi); }

CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *result) {
  int waiting;
  CURLMsg *message;
  while ((message = library.curl_multi_info_read_(multi, &waiting))) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

// MARK: One transfer

CURL *ccurl_easy_make(void) { return library.curl_easy_init_(); }
void ccurl_easy_free(CURL *easy) { library.curl_easy_cleanup_(easy); }

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return library.curl_easy_setopt_(easy, option, value);
}

CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
  return library.curl_easy_setopt_(easy, option, value);
}

CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return library.curl_easy_setopt_(easy, option, value);
}

CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return library.curl_easy_setopt_(easy, option, value);
}

CURLcode ccurl_set_data_callback(CURL *easy, CURLoption option, ccurl_data_callback callback) {
  return library.curl_easy_setopt_(easy, option, callback);
}

CURLcode ccurl_set_request_callback(CURL *easy, ccurl_request_callback callback) {
  return library.curl_easy_setopt_(easy, CURLOPT_PREREQFUNCTION, callback);
}

long ccurl_info_long(CURL *easy, CURLINFO info) {
  long value = -1;
  return library.curl_easy_getinfo_(easy, info, &value) == CURLE_OK ? value : -1;
}

void *ccurl_info_pointer(CURL *easy, CURLINFO info) {
  void *value = NULL;
  return library.curl_easy_getinfo_(easy, info, &value) == CURLE_OK ? value : NULL;
}

struct curl_slist *ccurl_list_append(struct curl_slist *list, const char *text) {
  return library.curl_slist_append_(list, text);
}

void ccurl_list_free(struct curl_slist *list) { library.curl_slist_free_all_(list); }

// MARK: Who the server is

struct ccurl_roots {
  X509_STORE *store;
};

ccurl_roots *ccurl_roots_make(void) {
  ccurl_roots *roots = malloc(sizeof *roots);
  if (!roots) return NULL;
  roots->store = library.X509_STORE_new_();
  if (!roots->store) {
    free(roots);
    return NULL;
  }
  // An intermediate authority that somebody trusts by name is enough, as it is for curl and git.
  library.X509_STORE_set_flags_(roots->store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  return roots;
}

void ccurl_roots_free(ccurl_roots *roots) {
  library.X509_STORE_free_(roots->store);
  free(roots);
}

int ccurl_roots_add_system(ccurl_roots *roots) {
  return library.X509_STORE_set_default_paths_(roots->store) == 1;
}

int ccurl_roots_add_folder(ccurl_roots *roots, const char *path) {
  return library.X509_STORE_load_path_(roots->store, path) == 1;
}

int ccurl_roots_add_pem(ccurl_roots *roots, const void *bytes, size_t count) {
  if (count > INT_MAX) return -1;
  BIO *input = library.BIO_new_mem_buf_(bytes, (int)count);
  if (!input) return -1;
  library.ERR_clear_error_();
  int found = 0;
  X509 *certificate;
  while (found >= 0 && (certificate = library.PEM_read_bio_X509_(input, NULL, NULL, NULL))) {
    found = library.X509_STORE_add_cert_(roots->store, certificate) == 1 ? found + 1 : -1;
    library.X509_free_(certificate);
  }
  // The end of the text is told as the lack of a further begin line; anything else is a broken certificate.
  unsigned long error = library.ERR_peek_last_error_();
  if (found >= 0 && error && ERR_GET_REASON(error) != PEM_R_NO_START_LINE) found = -1;
  library.ERR_clear_error_();
  library.BIO_free_(input);
  return found;
}

// Called when a connection's TLS is set up; libcurl's own check, which is laxer, follows after the handshake.
static CURLcode prepare_tls(CURL *easy, void *context, void *given) {
  (void)easy;
  ccurl_identity *identity = given;
  identity->has_begun = 1;
  library.SSL_CTX_set1_cert_store_(context, identity->roots->store);
  library.SSL_CTX_set_verify_(context, SSL_VERIFY_PEER, NULL);
  X509_VERIFY_PARAM *rules = library.SSL_CTX_get0_param_(context);
  if (identity->time == CCURL_ANY_TIME) library.X509_VERIFY_PARAM_set_flags_(rules, X509_V_FLAG_NO_CHECK_TIME);
  if (identity->time >= 0) library.X509_VERIFY_PARAM_set_time_(rules, (time_t)identity->time);
  // RFC 9525: the common name never counts, a wildcard is a whole label. OpenSSL wants two labels behind it.
  library.X509_VERIFY_PARAM_set_hostflags_(
      rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  int is_set = identity->is_address ? library.X509_VERIFY_PARAM_set1_ip_asc_(rules, identity->host)
                                    : library.X509_VERIFY_PARAM_set1_host_(rules, identity->host, 0);
  return is_set == 1 ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

CURLcode ccurl_set_identity(CURL *easy, ccurl_identity *identity) {
  CURLcode code = library.curl_easy_setopt_(easy, CURLOPT_SSL_CTX_FUNCTION, prepare_tls);
  if (code != CURLE_OK) return code;
  return library.curl_easy_setopt_(easy, CURLOPT_SSL_CTX_DATA, identity);
}
