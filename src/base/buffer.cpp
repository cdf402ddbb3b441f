#include "base/buffer.h"

#include <sys/mman.h>

#include <cstdlib>

namespace sememe {

void* allocate_lines(std::size_t bytes, std::size_t line) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20, kLarge = 2 * kHugePage;
  bytes = (bytes + line - 1) / line * line;
  // Not aligned_alloc(), which by the C standard takes whole multiples of the alignment alone.
  void* memory = nullptr;
  if (::posix_memalign(&memory, bytes < kLarge ? line : kHugePage, bytes) != 0) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  // Advice, which a kernel may refuse. The last, partial page stays of small ones: it would take memory for nothing.
  if (bytes >= kLarge) madvise(memory, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  return memory;
}

}  // namespace sememe
