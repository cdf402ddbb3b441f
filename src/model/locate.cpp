#include "model/locate.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/own_file.h"
#include "sememe/encoder.h"

namespace sememe {
namespace fs = std::filesystem;
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

fs::path cache_home() {
  if (const std::string xdg = environment("XDG_CACHE_HOME"); !xdg.empty()) return xdg;
  return fs::path(environment("HOME")) / ".cache";
}

/// "~" at the start is the home folder, as huggingface_hub expands it.
fs::path expand_home(const std::string& path) {
  return path.starts_with("~/") ? fs::path(environment("HOME")) / path.substr(2) : fs::path(path);
}

fs::path hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const std::string value = environment(name); !value.empty()) return expand_home(value);
  if (const std::string home = environment("HF_HOME"); !home.empty()) return expand_home(home) / "hub";
  return cache_home() / "huggingface" / "hub";
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_model_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / "config.json", ignored) || fs::exists(path / "modules.json", ignored);
}

/// Snapshot of refs/main, or the only snapshot there is; empty if the repository is not in the cache.
fs::path hub_snapshot(const fs::path& repository) {
  std::string commit;
  std::ifstream(repository / "refs" / "main") >> commit;
  const bool safe = !commit.empty() && commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (safe && is_model_folder(repository / "snapshots" / commit)) return repository / "snapshots" / commit;
  fs::path only;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(repository / "snapshots", error)) {
    if (!is_model_folder(entry.path())) continue;
    if (!only.empty()) return {};
    only = entry.path();
  }
  return only;
}

bool is_safe_relative(std::string_view relative) {
  if (relative.starts_with('/') || relative.find('\\') != std::string_view::npos ||
      relative.find('\0') != std::string_view::npos)
    return false;
  for (const fs::path& part : fs::path(relative))
    if (part == "..") return false;
  return true;
}

bool is_hub_name(std::string_view name) {
  const auto slash = name.find('/');
  const bool one_slash = slash == std::string_view::npos ||
                         (slash > 0 && slash + 1 < name.size() && name.find('/', slash + 1) == std::string_view::npos);
  return one_slash && !name.starts_with('.') && !name.starts_with('~') && is_safe_relative(name);
}

}  // namespace

fs::path find_model_folder(std::string_view model) {
  if (model.empty()) fail(ErrorCode::kInvalidArgument, "model: expected a folder or a name, found an empty text");
  const fs::path path = fs::path(model);
  if (is_folder(path) || is_bundle(path)) return path;
  std::error_code ignored;
  if (fs::exists(path, ignored))
    fail(ErrorCode::kInvalidArgument, "model ", quote(model, 200),
         ": expected a folder in the Hugging Face layout or a file named *.sememe, found another file; give the folder "
         "that holds config.json");
  if (model == kOwnModel)
    if (fs::path own = own_file(concat(model, kBundleEnding)); !own.empty()) return own;
  if (!is_hub_name(model)) fail(ErrorCode::kNotFound, "model ", quote(model, 200), ": no such folder");

  std::vector<std::string> names = {std::string(model)};
  if (model.find('/') == std::string_view::npos) names.insert(names.begin(), concat("sentence-transformers/", model));
  std::string looked;
  for (const std::string& name : names) {
    const fs::path own = cache_home() / "sememe" / "models" / name;
    if (is_model_folder(own)) return own;
    std::string repository = "models--";
    for (const char c : name) c == '/' ? repository.append("--") : repository.append(1, c);
    if (const fs::path snapshot = hub_snapshot(hub_cache() / repository); !snapshot.empty()) return snapshot;
    looked.append(looked.empty() ? "" : ", ").append(own).append(", ").append(hub_cache() / repository);
  }
  fail(ErrorCode::kNotFound, "model ", quote(model, 200), ": no such folder, and not in the caches (looked at ", looked,
       "); nothing is downloaded: give a folder, or put the model into one of these");
}

fs::path inside_folder(const fs::path& folder, std::string_view relative, std::string_view source) {
  if (!is_safe_relative(relative))
    fail(ErrorCode::kCorrupt, source, ": path ", quote(relative), " leaves the model folder; refused");
  return relative.empty() ? folder : folder / relative;
}

std::string locate_model(std::string_view model) { return find_model_folder(model).string(); }

}  // namespace sememe
