#include "io/scratch_folder.h"

#include <stdlib.h>  // mkdtemp

#include <string>

#include "io/descriptor.h"

namespace sememe {

ScratchFolder::ScratchFolder() {
  std::string name = (temporary_folder() / "sememe-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail_errno("cannot make a folder", name);
  path_ = name;
  kept_ = TemporaryPath(name);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sememe
