#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace sememe::test {

/// A precompiled_charsmap with these rules, as SentencePiece's builder would write it.
class CharsmapBuilder {
 public:
  explicit CharsmapBuilder(const std::map<std::string, std::string>& rules) {
    std::map<std::string, std::uint32_t> values;
    for (const auto& [key, value] : rules) {
      values[key] = static_cast<std::uint32_t>(strings_.size());
      strings_.append(value).push_back('\0');
    }
    used_.insert(0);
    place(0, values);
  }

  std::string bytes() const {
    const std::uint32_t count = (units_.empty() ? 0 : units_.rbegin()->first | 0xFF) + 1;
    std::string out;
    append(out, 4 * count);
    constexpr std::uint32_t kUnused = 1U << 31;  // a value's mark: no byte leads here
    for (std::uint32_t i = 0; i < count; ++i) append(out, units_.count(i) != 0 ? units_.at(i) : kUnused);
    return out + strings_;
  }

 private:
  static void append(std::string& out, std::uint32_t word) {
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(word >> shift));
  }

  void place(std::uint32_t node, const std::map<std::string, std::uint32_t>& keys) {
    std::map<std::uint32_t, std::map<std::string, std::uint32_t>> children;
    for (const auto& [key, value] : keys) {
      children[key.empty() ? 0 : static_cast<unsigned char>(key[0])][key.empty() ? "" : key.substr(1)] = value;
    }
    std::uint32_t base = 1;
    const auto taken = [&] {
      if (bases_.count(base) != 0) return true;  // a unit has no parent but by the base that leads to it
      for (const auto& [label, below] : children) {
        if (used_.count(base ^ label) != 0) return true;
      }
      return false;
    };
    while (taken()) ++base;
    bases_.insert(base);
    units_[node] |= (node ^ base) << 10;
    for (const auto& [label, below] : children) {
      used_.insert(base ^ label);
      units_[base ^ label] = label == 0 ? below.at("") : label;
      if (label == 0) units_[node] |= 1U << 8;
    }
    for (const auto& [label, below] : children) {
      if (label != 0) place(base ^ label, below);
    }
  }

  std::map<std::uint32_t, std::uint32_t> units_;
  std::set<std::uint32_t> used_, bases_;
  std::string strings_;
};

}  // namespace sememe::test
