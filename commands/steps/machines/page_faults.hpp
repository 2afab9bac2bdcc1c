// What is wrong with an answer of the website, as sentences. Pure.
#pragma once

#include <string>
#include <vector>

#include "commands/release/project.hpp"
#include "integrations/net/http.hpp"

namespace slipway::steps {

/// "" when the answer is what it should be. `version_marker` is filled in already.
std::string fault_of(const net::response& got, const release::home_page_settings& wanted, const std::string& version,
                     const std::string& version_marker);

/// A warning about a certificate that ends soon, "" = none; `failed` when it has ended.
struct certificate_words {
    std::string text;
    bool failed = false;
};
certificate_words judge_certificate(instant until, instant now, int warn_days);

/// Where a redirect leads and whether we may go there; the url is complete.
struct next_address {
    std::string url;
    std::string fault;  ///< why we do not follow, as a sentence; "" = follow
};
next_address follow(const std::string& from, const net::response& got, release::redirect_policy policy);

bool is_redirect(int status) noexcept;
/// Same scheme, host and port.
bool is_same_origin(const std::string& one, const std::string& other);

/// The last answers of one address: good when enough of them were.
class good_of {
public:
    good_of(int wanted, int of) : wanted_{wanted}, of_{of} {}
    void add(bool good);
    bool enough() const noexcept;
    int good() const noexcept;
    int seen() const noexcept { return static_cast<int>(last_.size()); }

private:
    int wanted_, of_;
    std::vector<bool> last_;
};

}  // namespace slipway::steps
