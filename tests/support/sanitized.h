#pragma once

namespace sememe::test {

/// Whether a sanitizer is built in. Arithmetic is then 20 to 100 times slower, so that tests which are long because
/// they repeat one way through the code on many inputs take a part of them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace sememe::test
