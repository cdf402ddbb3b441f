#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "tokenize/formats/tokenizer_json.h"

/// What the readers of components share: one table of types a role. A new component is a new row.
namespace sememe {

template <class Role, class... Context>
using Reader = std::unique_ptr<const Role> (*)(const Json&, const Context&...);

/// Calls the reader of json's "type".
template <class Role, std::size_t N, class... Context>
std::unique_ptr<const Role> dispatch(const std::array<std::pair<std::string_view, Reader<Role, Context...>>, N>& table,
                                     std::string_view role, const Json& json, const Context&... context) {
  const std::string_view type = json.at("type").as_string();
  for (const auto& [name, read] : table) {
    if (name == type) return read(json, context...);
  }
  fail_unsupported(json, role, type);
}

/// A component without settings.
template <class Role, class Component>
std::unique_ptr<const Role> plain(const Json&) {
  return std::make_unique<Component>();
}

}  // namespace sememe
