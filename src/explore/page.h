#pragma once

#include "explore/scene.h"
#include "io/file.h"

namespace sememe {

/// Writes the page of a scene: one HTML file that needs no other and no network. Its data stand in script elements of a
/// type that no browser runs, as base64, so that no text can be taken for markup (docs/formats.md).
/// Errors   kInvalidArgument: a text that is not UTF-8; kIo.
void write_page(const Scene& scene, AtomicFile& out);

}  // namespace sememe
