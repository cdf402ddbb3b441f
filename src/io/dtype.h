#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sememe {

enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU64, kU32, kU16, kU8, kBool };

std::string_view dtype_name(DType dtype);  ///< as safetensors spells it: "F32", "BF16", ...
std::int64_t dtype_size(DType dtype);      ///< bytes of one element
bool is_floating(DType dtype);
std::optional<DType> dtype_from_name(std::string_view name);

/// "(30522, 384)"; long shapes are cut after eight extents.
std::string shape_text(std::span<const std::int64_t> shape);

/// Product of the extents, or nullopt if one is negative or the extents above zero multiply to `limit` or more: so
/// (0, 2^62, 2^62) is refused too, and nobody who multiplies a part of the shape overflows.
std::optional<std::int64_t> checked_size(std::span<const std::int64_t> shape,
                                         std::int64_t limit = std::int64_t{1} << 58);

/// Widens `out.size()` elements of floating-point `dtype`, which start at `data` (any alignment), to float32.
/// F64 is rounded to the nearest. Throws kInvalidArgument for other dtypes.
void widen_to_float(DType dtype, const std::byte* data, std::span<float> out);

}  // namespace sememe
