#include "io/json_copy.h"

namespace sememe {

void copy_json(const Json& json, JsonWriter& out) {
  switch (json.type()) {
    case Json::Type::kNull:
      out.null();
      return;
    case Json::Type::kBool:
      out.value(json.as_bool());
      return;
    case Json::Type::kInteger:
      out.value(json.as_int());
      return;
    case Json::Type::kNumber:
      out.value(json.as_number());
      return;
    case Json::Type::kString:
      out.value(json.as_string());
      return;
    case Json::Type::kArray:
      out.begin_array();
      for (const Json& element : json.elements()) copy_json(element, out);
      out.end_array();
      return;
    case Json::Type::kObject:
      out.begin_object();
      for (const auto& [key, value] : json.members()) {
        out.key(key);
        copy_json(value, out);
      }
      out.end_object();
      return;
  }
}

void copy_changed(const Json& object, JsonWriter& out,
                  const std::map<std::string_view, std::function<void(const Json&)>>& changed) {
  out.begin_object();
  for (const auto& [key, value] : object.members()) {
    out.key(key);
    if (const auto at = changed.find(key); at != changed.end())
      at->second(value);
    else
      copy_json(value, out);
  }
  out.end_object();
}

}  // namespace sememe
