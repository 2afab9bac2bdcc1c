#include "integrations/base/result.hpp"

#include <ostream>
#include <stdexcept>

namespace slipway {

std::string_view to_string(errc kind) noexcept {
    switch (kind) {
        case errc::invalid:
            return "invalid";
        case errc::refused:
            return "refused";
        case errc::moved:
            return "moved";
        case errc::not_found:
            return "not_found";
        case errc::unauthorised:
            return "unauthorised";
        case errc::exists:
            return "exists";
        case errc::limited:
            return "limited";
        case errc::unavailable:
            return "unavailable";
        case errc::cancelled:
            return "cancelled";
        case errc::timed_out:
            return "timed_out";
        case errc::lost:
            return "lost";
    }
    return "unknown";
}

failure failure::within(std::string_view context) const {
    failure outer = *this;
    outer.sentence_ = std::string{context} + ": " + sentence_;
    return outer;
}

std::ostream& operator<<(std::ostream& out, const failure& shown) {
    return out << to_string(shown.kind()) << ": " << shown.sentence();
}

void throw_exception_from_error(const failure& error, const boost::source_location& where) {
    throw std::runtime_error{std::string{to_string(error.kind())} + ": " + error.sentence() + " (" + where.file_name() +
                             ":" + std::to_string(where.line()) + ")"};
}

}  // namespace slipway
