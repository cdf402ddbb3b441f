#pragma once

#include <functional>
#include <string_view>

namespace sememe {

enum class LogLevel { kDebug, kInfo, kWarning };

using LogHandler = std::function<void(LogLevel, std::string_view message)>;

/// Receives what the library has to say (one line, no newline); the library itself never prints.
/// Default: nothing is kept. An empty handler restores the default.
/// Threads  safe; the handler may be called from any thread, one call at a time.
void set_log_handler(LogHandler handler);

}  // namespace sememe
