// The calls that led to an error.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace slipway::telemetry {

/// One call. Local variables are never kept.
struct frame {
    std::string filename;  ///< as the SDK shortened it, or the absolute path when it did not
    std::string abs_path;
    std::string module;
    std::string package;
    std::string function;
    std::string context_line;  ///< source text of the line
    int line = 0;              ///< 1-based; 0 = unknown
    int column = 0;
    bool in_app = true;
};

struct trace_identity;

/// Calls, the oldest first, the crash last. They never change, so copies share them: a storm is one trace a thousand
/// times.
class trace {
public:
    trace() = default;
    trace(std::vector<frame> calls);  // NOLINT(google-explicit-constructor): a list of calls is a trace
    trace(std::initializer_list<frame> calls);
    /// `said`: what the calls contribute to an error's identity, worked out before.
    trace(std::vector<frame> calls, std::shared_ptr<const trace_identity> said);

    const std::vector<frame>& calls() const noexcept;
    operator const std::vector<frame>&() const noexcept { return calls(); }  // NOLINT(google-explicit-constructor)
    auto begin() const noexcept { return calls().begin(); }
    auto end() const noexcept { return calls().end(); }
    auto rbegin() const noexcept { return calls().rbegin(); }
    auto rend() const noexcept { return calls().rend(); }
    std::size_t size() const noexcept { return calls().size(); }
    bool empty() const noexcept { return calls().empty(); }
    const frame& operator[](std::size_t number) const noexcept { return calls()[number]; }
    const frame& back() const noexcept { return calls().back(); }
    const frame& at(std::size_t number) const { return calls().at(number); }

    /// nullptr when nobody worked it out.
    const trace_identity* identity() const noexcept { return said_.get(); }

private:
    std::shared_ptr<const std::vector<frame>> calls_;  ///< null: none
    std::shared_ptr<const trace_identity> said_;
};

}  // namespace slipway::telemetry
