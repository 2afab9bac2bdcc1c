// What a server's refusal means, and what text a column can hold. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "integrations/store/postgres/connection.hpp"

namespace slipway::store::postgres {

struct refusal {
    trouble::kind kind = trouble::kind::refused;
    std::string way_out;  ///< what is wrong in words, and what a person does about it
};

/// Of a SQLSTATE (PostgreSQL manual, appendix A); nullopt when the code means a bug in the program.
std::optional<refusal> meaning_of(std::string_view sqlstate);

/// The text as a text column takes it: what is no UTF-8, and the character 0, become U+FFFD.
std::string storable(std::string_view text);

}  // namespace slipway::store::postgres
