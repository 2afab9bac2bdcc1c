// http_check: the home page answers, has the marker and the new version, several times in a row.
#include "commands/steps/common.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/http.hpp"

namespace slipway::steps {
namespace {

/// "" when the answer is as it should be, else what is wrong with it.
std::string fault_of(const net::response& got, const release::home_page_settings& wanted,
                     const release::release_state& state) {
    if (got.status != 200) return "status " + std::to_string(got.status);
    if (!wanted.marker.empty() && got.body.find(wanted.marker) == std::string::npos)
        return "the page lacks “" + wanted.marker + "”";
    if (!wanted.version_header.empty()) {
        const auto header = got.headers.find(wanted.version_header).value_or("");
        if (header != state.version) return wanted.version_header + " says “" + header + "”, not " + state.version;
    }
    if (!wanted.version_marker.empty() && got.body.find(fill(wanted.version_marker, state)) == std::string::npos)
        return "the page does not show " + fill(wanted.version_marker, state);
    return {};
}

class http_check final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("http_check", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        std::string urls;
        for (const auto& each : project.home_page.urls) urls += (urls.empty() ? "" : ", ") + each;
        return "load " + urls + " " + std::to_string(project.home_page.good_in_a_row) +
               " times in a row and see version " + version;
    }
    task<result<outcome>> perform(context here, act) override {
        const auto& wanted = here.project->home_page;
        if (wanted.urls.empty()) co_return not_configured("The home page", "home_page.urls");
        const auto give_up = here.with.time->now() + wanted.patience;
        int good = 0;
        std::string last;
        while (good < wanted.good_in_a_row) {
            std::string fault;
            bool answered = true;
            for (const auto& url : wanted.urls) {
                net::request asked;
                asked.url = url;
                const auto got = co_await here.with.http->send(std::move(asked));
                answered = answered && got.has_value();
                const auto wrong = got ? fault_of(*got, wanted, *here.state) : got.error().sentence();
                if (!wrong.empty()) fault = url + ": " + wrong;
            }
            good = fault.empty() ? good + 1 : 0;
            last = fault;
            if (good >= wanted.good_in_a_row) break;
            if (here.with.time->now() >= give_up) {
                if (!answered) co_return failure{errc::timed_out, "The home page does not answer: " + last};
                outcome no;
                no.ok = false;
                no.text = "the home page is not right: " + last;
                co_return no;
            }
            co_await here.with.time->sleep(wanted.pause);
        }
        outcome done;
        done.text =
            "the home page answers with " + here.state->version + ", " + std::to_string(good) + " times in a row";
        done.facts["served"] = here.state->version;
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_http_check() {
    return std::make_unique<http_check>();
}

}  // namespace slipway::steps
