#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace sememe {
namespace {

const KernelTable& choose() {
  const auto isas = available_isas();
  const char* const forced = std::getenv("SEMEME_ISA");
  if (forced == nullptr || *forced == '\0') return kernels(isas.back());
  std::string known;
  for (const Isa isa : isas) {
    if (std::string_view(forced) == kernels(isa).name) return kernels(isa);
    known.append(known.empty() ? "" : ", ").append(kernels(isa).name);
  }
  fail(ErrorCode::kInvalidArgument, "SEMEME_ISA: ", quote(forced), " cannot run here; this machine has ", known);
}

#if defined(__x86_64__)
bool has_avx_vnni() {  // g++ 12 and clang 14 have no name for it in __builtin_cpu_supports
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 4 & 1) != 0;
}
#endif

}  // namespace

std::span<const Isa> available_isas() {
  static const std::vector<Isa> isas = [] {
    std::vector<Isa> list = {Isa::kScalar};
#if defined(__x86_64__)
    // These builtins also ask whether the operating system saves the wide registers.
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list.push_back(Isa::kAvx2);
    if (list.size() > 1 && has_avx_vnni()) list.push_back(Isa::kAvxVnni);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq")) {
      list.push_back(Isa::kAvx512);
      if (__builtin_cpu_supports("avx512vnni")) {
        list.push_back(Isa::kAvx512Vnni);
        if (__builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vbmi"))
          list.push_back(Isa::kAvx512Bf16);
      }
    }
#elif defined(__aarch64__)
    list.push_back(Isa::kNeon);  // part of the architecture
#endif
    return list;
  }();
  return isas;
}

const KernelTable& kernels(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return kScalarKernels;
#if defined(__x86_64__)
    case Isa::kAvx2:
      return kAvx2Kernels;
    case Isa::kAvxVnni:
      return kAvxVnniKernels;
    case Isa::kAvx512:
      return kAvx512Kernels;
    case Isa::kAvx512Vnni:
      return kAvx512VnniKernels;
    case Isa::kAvx512Bf16:
      return kAvx512Bf16Kernels;
#elif defined(__aarch64__)
    case Isa::kNeon:
      return kNeonKernels;
#endif
    default:  // of another architecture
      return kScalarKernels;
  }
}

const KernelTable& kernels() {
  static const KernelTable& best = choose();
  return best;
}

}  // namespace sememe
