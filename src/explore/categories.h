#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sememe {

/// Texts as categories: their names, and which of them each text is.
struct Categories {
  std::vector<std::string> names;  ///< those that occur most first, then by name, numbers in it by their value
  std::vector<std::uint32_t> codes;
};

Categories categorise(std::span<const std::string> values);

}  // namespace sememe
