#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sememe::cli {

/// Lines of one or several texts on their way to the output. Where nothing else comes before them, they may be written
/// while they are made: those of a book need not fit into the memory.
struct Lines {
  static constexpr std::size_t kMuch = std::size_t{1} << 20;

  std::string text;
  const std::function<void(std::string_view)>* write = nullptr;  ///< absent: all is kept in `text`

  /// To be called now and then: writes what is there if that is much.
  void settle() {
    if (write == nullptr || text.size() < kMuch) return;
    (*write)(text);
    text.clear();
  }
};

}  // namespace sememe::cli
