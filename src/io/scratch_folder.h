#pragma once

#include <filesystem>

namespace sememe {

/// A folder of its own in temporary_folder() that goes away, with all in it, when the object does.
/// Errors   kIo.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sememe
