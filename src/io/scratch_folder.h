#pragma once

#include <filesystem>

#include "io/temporary_paths.h"

namespace sememe {

/// A folder of its own in temporary_folder() that goes away, with all in it, when the object does, or when a signal
/// handler calls AtomicFile::remove_all_on_signal(). Errors   kIo.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  TemporaryPath kept_;
};

}  // namespace sememe
