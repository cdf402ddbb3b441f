#pragma once

#include <string_view>

namespace sememe {

/// src/explore/page.html, which tools/build_web makes of web/.
std::string_view page_template();

}  // namespace sememe
