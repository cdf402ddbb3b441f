#pragma once

#include <string>
#include <string_view>

#include "base/thread_pool.h"
#include "explore/scene.h"

namespace sememe {

/// What a page can ask the program that serves it.
enum class PageMode {
  kOffline,        ///< nothing: a file that opens from disk
  kServedVectors,  ///< POST /api/neighbors
  kServedTexts,    ///< also POST /api/place
  kServedWords,    ///< also POST /api/analogy
};

/// Writes the page of a scene: one HTML document that needs no other and no network. Its data stand in script elements
/// of a type that no browser runs, as base64, so that no text can be taken for markup (docs/formats.md). Errors
/// kInvalidArgument: a text that is not UTF-8.
void write_page(const Scene& scene, FunctionRef<void(std::string_view)> write, PageMode mode = PageMode::kOffline);

/// The Content-Security-Policy of the page, as it also stands in its head.
std::string page_policy(PageMode mode);

}  // namespace sememe
