#pragma once

#include <string>

namespace sememe {

/// Appends the shortest text that reads back as the same float, in the form of Python's repr(): 0.0001, 1e-05, 1.0.
void append_python_float(std::string& out, float number);

}  // namespace sememe
