// What one host's value means. Room-internal, pure.
#pragma once

#include <string_view>

#include "integrations/salt/rows.hpp"

namespace slipway::salt {

host_row read_value(question asked, std::string_view host, const json::value& value);
/// The later answer of one host, weighed against the earlier: a real answer beats "did not return", else the worse
/// wins.
void merge_row(host_row& earlier, host_row later);
/// True for module_|-id_|-name_|-function keys only.
bool is_state_run(const json::object& value) noexcept;
std::vector<state_row> read_states(const json::object& value);

}  // namespace slipway::salt
