#pragma once

#include <filesystem>
#include <string_view>

namespace sememe {

/// The folder that `model` stands for: itself if it is one, or a bundle (io/bundle.h); "sememe-mini-en": the bundle
/// that comes with the program; else a name ("all-MiniLM-L6-v2", "BAAI/bge-small-en-v1.5"), looked up in
/// $XDG_CACHE_HOME/sememe/models/<name> and in the Hugging Face cache (HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE,
/// HF_HOME/hub; snapshots/<refs/main>). A name without an organisation is also tried under sentence-transformers/, as
/// sentence-transformers does.
/// Errors   kNotFound (lists the folders looked at), kInvalidArgument (another file; an empty name).
std::filesystem::path find_model_folder(std::string_view model);

/// `folder` / `relative`, where `relative` comes from a model's own files: kCorrupt, naming `source`, if it would
/// leave the folder (absolute, "..", backslash, NUL).
std::filesystem::path inside_folder(const std::filesystem::path& folder, std::string_view relative,
                                    std::string_view source);

}  // namespace sememe
