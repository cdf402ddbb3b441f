#include "io/dtype.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/fail.h"

namespace sememe {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::int64_t size;
  bool floating;
};
constexpr std::array<Row, 13> kRows = {{
    {DType::kF64, "F64", 8, true},
    {DType::kF32, "F32", 4, true},
    {DType::kF16, "F16", 2, true},
    {DType::kBF16, "BF16", 2, true},
    {DType::kI64, "I64", 8, false},
    {DType::kI32, "I32", 4, false},
    {DType::kI16, "I16", 2, false},
    {DType::kI8, "I8", 1, false},
    {DType::kU64, "U64", 8, false},
    {DType::kU32, "U32", 4, false},
    {DType::kU16, "U16", 2, false},
    {DType::kU8, "U8", 1, false},
    {DType::kBool, "BOOL", 1, false},
}};
const Row& row(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }

static_assert(std::endian::native == std::endian::little, "the formats read here are little-endian");

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t exponent = half >> 10 & 31;
  const std::uint32_t bits = static_cast<std::uint32_t>(half & 0x7FFF)
                             << 13;  // exponent and fraction, in float's places
  // 112 = 127 - 15, the difference of the biases; infinities and NaNs move from 31 to 255, twice as far.
  const std::uint32_t normal = bits + ((exponent == 31 ? 224U : 112U) << 23);
  // A subnormal is fraction * 2^-24: read as 2^-14 * (1 + fraction), less 2^-14. No float subnormal appears on the
  // way, so a thread that flushes those to zero gets the same.
  const float subnormal = std::bit_cast<float>(bits + (113U << 23)) - std::bit_cast<float>(113U << 23);
  const std::uint32_t magnitude = exponent == 0 ? std::bit_cast<std::uint32_t>(subnormal) : normal;
  return std::bit_cast<float>(sign | magnitude);
}

float bfloat_to_float(std::uint16_t bfloat) { return std::bit_cast<float>(static_cast<std::uint32_t>(bfloat) << 16); }

template <class T, class Convert>
void convert_each(const std::byte* data, std::span<float> out, Convert convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, data + i * sizeof(T), sizeof(T));
    out[i] = convert(value);
  }
}

}  // namespace

std::string_view dtype_name(DType dtype) { return row(dtype).name; }
std::int64_t dtype_size(DType dtype) { return row(dtype).size; }
bool is_floating(DType dtype) { return row(dtype).floating; }

std::optional<DType> dtype_from_name(std::string_view name) {
  for (const Row& r : kRows) {
    if (r.name == name) return r.dtype;
  }
  return std::nullopt;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  constexpr std::size_t kShown = 8;
  std::string out = "(";
  for (std::size_t i = 0; i < shape.size() && i < kShown; ++i) out.append(concat(i == 0 ? "" : ", ", shape[i]));
  if (shape.size() > kShown) out.append(concat(", ... ", shape.size(), " extents"));
  return out.append(shape.size() == 1 ? ",)" : ")");
}

std::optional<std::int64_t> checked_size(std::span<const std::int64_t> shape, std::int64_t limit) {
  std::int64_t product = 1;
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent >= limit) return std::nullopt;
    if (extent == 0) {
      empty = true;
    } else {
      if (product > (limit - 1) / extent) return std::nullopt;
      product *= extent;
    }
  }
  return empty ? 0 : product;
}

void widen_to_float(DType dtype, const std::byte* data, std::span<float> out) {
  if (out.empty()) return;
  switch (dtype) {
    case DType::kF32:
      std::memcpy(out.data(), data, out.size_bytes());
      return;
    case DType::kF64:
      return convert_each<double>(data, out, [](double x) { return static_cast<float>(x); });
    case DType::kF16:
      return convert_each<std::uint16_t>(data, out, half_to_float);
    case DType::kBF16:
      return convert_each<std::uint16_t>(data, out, bfloat_to_float);
    default:
      fail(ErrorCode::kInvalidArgument, "expected a floating-point dtype, found ", dtype_name(dtype));
  }
}

}  // namespace sememe
