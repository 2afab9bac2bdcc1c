#include "deploy/sandbox/salt/build_state.hpp"

#include <algorithm>
#include <functional>

#include "deploy/sandbox/salt/deployment.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::salt {

namespace {

/// The results of one run, in order of execution.
class rows {
public:
    explicit rows(instant now) : now_{now} {}

    /// `result` nullopt = would change.
    void add(const std::string& module, const std::string& id, const std::string& name, const std::string& function,
             std::optional<bool> result, const std::string& comment, json::object changes) {
        json::object row;
        row["name"] = name;
        row["result"] = result ? json::value(*result) : json::value(nullptr);
        row["changes"] = std::move(changes);
        row["comment"] = comment;
        row["__id__"] = id;
        row["__sls__"] = website_build;
        row["__run_num__"] = number_;
        row["start_time"] = to_iso(now_).substr(11, 12) + "000";
        row["duration"] = 1.5 + 0.25 * number_;
        row["__state_ran__"] = true;
        all_[module + "_|-" + id + "_|-" + name + "_|-" + function] = std::move(row);
        ++number_;
    }

    void add_follower(const std::string& module, const std::string& id, const std::string& name,
                      const std::string& function) {
        add(module, id, name, function, false,
            std::string{"One or more requisite failed: "} + website_build + ".website-checkout", {});
    }

    json::object take() { return std::move(all_); }

private:
    instant now_;
    json::object all_;
    int number_ = 0;
};

constexpr const char* product_folder = "/srv/rsi-website";

json::object change(const std::string& what, const std::string& from, const std::string& to) {
    json::object both;
    both["old"] = from.empty() ? json::value(nullptr) : json::value(from);
    both["new"] = to;
    json::object made;
    made[what] = std::move(both);
    return made;
}

minion_return sentences(const std::string& id, const std::string& sentence) {
    return {id, json::array{json::value(sentence)}, 1};
}

bool has_website(const master& of, const std::string& id) {
    return service(of.state, id, "website").has_value();
}

/// The follow-up states of a checkout that failed.
minion_return failed(const master& of, const std::string& id, const std::string& why, instant now) {
    rows all{now};
    all.add("git", "website-checkout", of.repository, "latest", false, why, {});
    all.add_follower("file", "website-current", std::string{product_folder} + "/current", "symlink");
    all.add_follower("file", "website-build-info", std::string{product_folder} + "/build-info.json", "managed");
    if (has_website(of, id)) all.add_follower("supervisord", "website", "website", "running");
    return {id, all.take(), 2};
}

/// Fetched, and then the disk was full: the next states never ran, and what serves is still the old build.
minion_return half_done(const master& of, const std::string& id, const tag_info& newest,
                        const std::optional<build_info>& before, instant now) {
    rows all{now};
    const auto current = std::string{product_folder} + "/current";
    all.add("git", "website-checkout", of.repository, "latest", true, "Tag " + newest.name + " was checked out",
            change("revision", before ? before->commit : "", newest.commit));
    all.add("file", "website-current", current, "symlink", false,
            "Unable to create new symlink " + current + ": No space left on device", {});
    all.add("file", "website-build-info", std::string{product_folder} + "/build-info.json", "managed", false,
            std::string{"One or more requisite failed: "} + website_build + ".website-current", {});
    return {id, all.take(), 2};
}

/// Everything true, or null where test=true would change something.
minion_return described(const master& of, const std::string& id, const tag_info& newest,
                        const std::optional<build_info>& before, bool is_test, instant now) {
    const bool changes = !before || before->version != newest.name || before->commit != newest.commit;
    std::optional<bool> outcome = true;
    if (changes && is_test) outcome = std::nullopt;
    const auto from = before ? before->version : "";
    const auto verb = std::string{is_test ? " would be " : " was "};
    const auto current = std::string{product_folder} + "/current";
    rows all{now};
    if (!changes) {
        all.add("git", "website-checkout", of.repository, "latest", true, "Repository is up-to-date at " + newest.name,
                {});
        all.add("file", "website-current", current, "symlink", true, "Symlink " + current + " is present", {});
        all.add("file", "website-build-info", std::string{product_folder} + "/build-info.json", "managed", true,
                "File is in the correct state", {});
        if (has_website(of, id)) {
            all.add("supervisord", "website", "website", "running", true, "Not starting already running service", {});
        }
        return {id, all.take(), 0};
    }
    auto revision = change("revision", before ? before->commit : "", newest.commit);
    all.add("git", "website-checkout", of.repository, "latest", outcome, "Tag " + newest.name + verb + "checked out",
            is_test ? json::object{} : std::move(revision));
    all.add("file", "website-current", current, "symlink", outcome,
            "Symlink " + current + verb + "pointed at releases/" + newest.name,
            change("target", from.empty() ? "" : "releases/" + from, "releases/" + newest.name));
    all.add("file", "website-build-info", std::string{product_folder} + "/build-info.json", "managed", outcome,
            "File" + verb + "written", change("version", from, newest.name));
    if (has_website(of, id)) {
        all.add("supervisord", "website", "website", "running", outcome, "Service" + verb + "restarted",
                is_test ? json::object{} : json::object{{"website", "Restarted website"}});
    }
    return {id, all.take(), 0};
}

/// The newest tag of stable, or the one that the pillar of the run names: pillar={"version": "1.3.0"}.
result<tag_info> wanted_tag(const repository& from, const arguments& job) {
    const auto pillar = job.named.find("pillar");
    if (pillar == job.named.end()) return newest_tag(from, "stable");
    const auto read = parse_json(pillar->second);
    const auto name = read ? text_at(*read, "version") : std::string{};
    for (const auto& tag : from.tags())
        if (tag.name == name) return tag;
    return failure{errc::not_found, "the pillar names no tag of the repository: " + pillar->second};
}

}  // namespace

minion_return run_build_state(const master& of, const std::string& id, const arguments& job, trouble wanted,
                              instant now) {
    const auto sls = job.positional.empty() ? std::string{} : job.positional.front();
    if (sls != website_build) return sentences(id, "No matching sls found for '" + sls + "' in env 'base'");
    if (wanted == trouble::compile_error) {
        return sentences(
            id, "Rendering SLS 'base:" + sls + "' failed: Jinja variable 'dict object' has no attribute 'stable_tag'");
    }
    if (wanted == trouble::busy) {
        return sentences(id, "The function \"state.sls\" is running as PID 4711 and was started at " + to_iso(now) +
                                 " with jid " + job_id(now - std::chrono::seconds{40}));
    }
    if (wanted == trouble::failing_state) {
        return failed(of, id, "Repository " + of.repository + " could not be fetched: Connection timed out", now);
    }
    const auto git = repository::open(of.repository);
    if (!git) return failed(of, id, git.error().sentence(), now);
    const auto newest = wanted_tag(*git, job);
    if (!newest) return failed(of, id, newest.error().sentence(), now);
    const auto before = deployed(of.state, id);
    if (wanted == trouble::half_done) return half_done(of, id, *newest, before, now);
    const bool changes = !before || before->version != newest->name || before->commit != newest->commit;
    if (changes && !job.is_test()) {
        const auto done = deploy(of.state, id, *git, *newest, now);
        if (!done) return failed(of, id, done.error().sentence(), now);
        if (has_website(of, id)) {
            const auto restarted = restart(of.state, id, "website", now);
            if (!restarted) return failed(of, id, restarted.error().sentence(), now);
        }
    }
    return described(of, id, *newest, before, job.is_test(), now);
}

}  // namespace slipway::sandbox::salt
