#include "deploy/sandbox/gitlab/html.hpp"

#include <algorithm>
#include <cctype>

#include "deploy/sandbox/gitlab/present.hpp"

namespace slipway::sandbox::gitlab {

namespace {

constexpr std::string_view style = R"css(
:root { --ink:#28272d; --soft:#737278; --line:#dcdcde; --bar:#171321; --link:#1f75cb; --back:#fbfafd; }
* { box-sizing:border-box } body { margin:0; font:14px/1.5 system-ui,"Segoe UI",sans-serif; color:var(--ink); background:var(--back) }
a { color:var(--link); text-decoration:none } a:hover { text-decoration:underline }
header { background:var(--bar); color:#fff; padding:.7rem 1.5rem; display:flex; gap:1.2rem; align-items:center }
header a { color:#fff } header .brand { font-weight:700; color:#fc6d26 } header nav { display:flex; gap:1rem; font-size:13px }
main { max-width:1080px; margin:0 auto; padding:1rem 1.5rem 4rem }
.trail { color:var(--soft); font-size:13px; margin:.4rem 0 1rem } h1 { font-size:22px; margin:.2rem 0 .6rem } h2 { font-size:16px; margin:1.6rem 0 .5rem }
.badge { display:inline-block; padding:.05rem .55rem; border-radius:1rem; font-size:12px; font-weight:600; background:#e9e9ec }
.badge.opened,.badge.active { background:#c3e6cd; color:#0d532a } .badge.merged { background:#cbe2f9; color:#0b5cad } .badge.closed { background:#fdd4cd; color:#8d1300 }
.label { display:inline-block; padding:0 .5rem; border-radius:1rem; font-size:12px; background:#ececef; border:1px solid var(--line); margin-right:.3rem }
.box { background:#fff; border:1px solid var(--line); border-radius:.4rem; padding:1rem; margin:.6rem 0 }
ul.rows { list-style:none; margin:0; padding:0; background:#fff; border:1px solid var(--line); border-radius:.4rem }
ul.rows li { padding:.6rem 1rem; border-bottom:1px solid var(--line); display:flex; justify-content:space-between; align-items:flex-start; gap:1rem } ul.rows li:last-child { border:0 }
.soft { color:var(--soft); font-size:13px } .person { white-space:nowrap } .avatar { display:inline-block; width:1.5rem; height:1.5rem; line-height:1.5rem; border-radius:50%; text-align:center; color:#fff; font-size:10px; font-weight:700; margin-right:.35rem }
pre,code { font:12px/1.5 ui-monospace,"DejaVu Sans Mono",monospace } pre { background:#f4f4f6; padding:.7rem; overflow:auto; border-radius:.3rem } code { background:#ececef; padding:0 .25rem; border-radius:.2rem } pre code { background:none; padding:0 }
.file { border:1px solid var(--line); border-radius:.4rem; margin:.8rem 0; background:#fff; overflow:hidden } .file > b { display:block; padding:.5rem .8rem; background:#f4f4f6; border-bottom:1px solid var(--line); font:600 13px ui-monospace,"DejaVu Sans Mono",monospace }
.file table { border-collapse:collapse; width:100%; font:12px/1.6 ui-monospace,"DejaVu Sans Mono",monospace } .file td { padding:0 .6rem; white-space:pre-wrap; overflow-wrap:anywhere; vertical-align:top }
.file td.n { width:1%; color:#89888d; text-align:right; border-right:1px solid var(--line); white-space:nowrap } tr.add { background:#ecfdf0 } tr.del { background:#fbe9eb } tr.hunk { background:#f0f0f9; color:#737278 }
.cols { display:grid; grid-template-columns:1fr 15rem; gap:1.5rem } @media (max-width:760px) { .cols { grid-template-columns:1fr } }
aside dt { color:var(--soft); font-size:12px; margin-top:.8rem } aside dd { margin:0 }
)css";

std::string avatar(const user& who) {
    return "<span class=\"avatar\" style=\"background:" + escape(who.colour) + "\">" + escape(who.initials) + "</span>";
}

/// The address and length of "[text](http…)" at `at`; 0 when there is none.
std::size_t link_at(std::string_view text, std::size_t at, std::string& out) {
    const auto close = text.find("](http", at);
    const auto end = close == std::string_view::npos ? close : text.find(')', close);
    if (end == std::string_view::npos || text.substr(at, close - at).find('\n') != std::string_view::npos) return 0;
    out += "<a href=\"" + escape(text.substr(close + 2, end - close - 2)) + "\">" +
           escape(text.substr(at + 1, close - at - 1)) + "</a>";
    return end + 1 - at;
}

/// "#4" and "!9" as links below `root`.
std::size_t reference_at(std::string_view text, std::size_t at, const std::string& root, std::string& out) {
    auto end = at + 1;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
    if (end == at + 1) return 0;
    const std::string number{text.substr(at + 1, end - at - 1)};
    const auto* kind = text[at] == '#' ? "/-/issues/" : "/-/merge_requests/";
    out += "<a href=\"" + root + kind + number + "\">" + text[at] + number + "</a>";
    return end - at;
}

/// "`code`" or "**bold**".
std::size_t span_at(std::string_view text, std::size_t at, std::string_view mark, const char* tag, std::string& out) {
    if (!text.substr(at).starts_with(mark)) return 0;
    const auto end = text.find(mark, at + mark.size());
    if (end == std::string_view::npos) return 0;
    const auto inner = text.substr(at + mark.size(), end - at - mark.size());
    out += std::string{"<"} + tag + ">" + escape(inner) + "</" + tag + ">";
    return end + mark.size() - at;
}

/// One paragraph: references, links, code and bold; everything else escaped.
std::string linked(std::string_view text, const std::string& root) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t taken = 0;
        switch (text[at]) {
            case '#':
            case '!':
                taken = reference_at(text, at, root, out);
                break;
            case '[':
                taken = link_at(text, at, out);
                break;
            case '`':
                taken = span_at(text, at, "`", "code", out);
                break;
            case '*':
                taken = span_at(text, at, "**", "b", out);
                break;
            default:
                break;
        }
        if (taken == 0) {
            out += text[at] == '\n' ? "<br>" : escape(text.substr(at, 1));
            taken = 1;
        }
        at += taken;
    }
    return out;
}

std::string row(const char* kind, int old_line, int new_line, std::string_view text) {
    const auto number = [](int line) { return line > 0 ? std::to_string(line) : std::string{}; };
    return std::string{"<tr class=\""} + kind + "\"><td class=\"n\">" + number(old_line) + "</td><td class=\"n\">" +
           number(new_line) + "</td><td>" + escape(text) + "</td></tr>";
}

/// The numbers of "@@ -12,3 +14,4 @@".
std::pair<int, int> starts_of(std::string_view hunk) {
    const auto number = [&](char sign) {
        const auto at = hunk.find(sign, 3);
        return at == std::string_view::npos ? 0 : std::atoi(std::string{hunk.substr(at + 1)}.c_str());
    };
    return {number('-'), number('+')};
}

std::string rows_of(std::string_view hunks) {
    std::string out;
    int old_line = 0;
    int new_line = 0;
    while (!hunks.empty()) {
        const auto end = std::min(hunks.find('\n'), hunks.size());
        const auto line = hunks.substr(0, end);
        hunks.remove_prefix(std::min(end + 1, hunks.size()));
        if (line.starts_with("@@")) {
            std::tie(old_line, new_line) = starts_of(line);
            out += row("hunk", 0, 0, line);
        } else if (line.starts_with('+')) {
            out += row("add", 0, new_line++, line);
        } else if (line.starts_with('-')) {
            out += row("del", old_line++, 0, line);
        } else if (!line.starts_with('\\')) {
            out += row("same", old_line++, new_line++, line);
        }
    }
    return out;
}

}  // namespace

std::string escape(std::string_view text) {
    std::string out;
    for (const char each : text) {
        switch (each) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += each;
        }
    }
    return out;
}

std::string day(instant at) {
    const auto text = to_iso(at);
    return text.substr(0, 10) + " " + text.substr(11, 5);
}

std::string badge(const std::string& state) {
    return "<span class=\"badge " + escape(state) + "\">" + escape(state) + "</span>";
}

std::string label(const std::string& name) {
    return "<span class=\"label\">" + escape(name) + "</span>";
}

std::string person(const instance& of, const std::string& username) {
    const auto* who = find_user(of.users, username);
    if (!who) return "<span class=\"soft\">nobody</span>";
    return "<span class=\"person\">" + avatar(*who) + escape(who->name) + "</span>";
}

std::string people(const instance& of, const std::vector<std::string>& usernames) {
    std::string out;
    for (const auto& each : usernames) out += person(of, each) + "<br>";
    return out.empty() ? person(of, "") : out;
}

std::string changes(const std::vector<file_diff>& files) {
    std::string out;
    for (const auto& each : files) {
        const auto name = each.is_renamed ? each.old_path + " → " + each.new_path : each.new_path;
        out += "<div class=\"file\"><b>" + escape(name) + " <span class=\"soft\">+" + std::to_string(each.added) +
               " −" + std::to_string(each.removed) +
               (each.is_new       ? ", new"
                : each.is_deleted ? ", deleted"
                                  : "") +
               "</span></b><table>" + rows_of(each.hunks) + "</table></div>";
    }
    return out.empty() ? "<p class=\"soft\">No changes.</p>" : out;
}

std::string prose(std::string_view text, const std::string& project_root) {
    std::string out;
    std::string paragraph;
    bool in_code = false;
    const auto flush = [&] {
        if (!paragraph.empty()) out += "<p>" + linked(paragraph, project_root) + "</p>";
        paragraph.clear();
    };
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with("```")) {
            flush();
            out += in_code ? "</code></pre>" : "<pre><code>";
            in_code = !in_code;
        } else if (in_code) {
            out += escape(line) + "\n";
        } else if (line.starts_with("## ")) {
            flush();
            std::string anchor;
            for (const char each : line.substr(3)) {
                const auto plain = static_cast<unsigned char>(each);
                anchor += std::isalnum(plain) ? static_cast<char>(std::tolower(plain)) : '-';
            }
            out += "<h2 id=\"" + anchor + "\">" + escape(line.substr(3)) + "</h2>";
        } else if (line.starts_with("<!--") && line.ends_with("-->")) {
            flush();
        } else if (line.empty()) {
            flush();
        } else {
            paragraph += (paragraph.empty() ? "" : "\n") + std::string{line};
        }
    }
    flush();
    return out + (in_code ? "</code></pre>" : "");
}

std::string document(const std::string& title, const std::vector<std::pair<std::string, std::string>>& trail,
                     const hosted_project* project, const std::string& content) {
    std::string out = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escape(title) +
                      "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>" +
                      std::string{style} +
                      "</style></head><body><header><a class=\"brand\" href=\"/gitlab/\">GitLab</a><nav>";
    if (project) {
        const auto root = "/gitlab/" + project->records.path;
        for (const auto& [text, page] : {std::pair{"Merge requests", "/-/merge_requests"},
                                         {"Issues", "/-/issues"},
                                         {"Milestones", "/-/milestones"},
                                         {"Tags", "/-/tags"},
                                         {"Commits", "/-/commits/master"}}) {
            out += "<a href=\"" + root + page + "\">" + text + "</a>";
        }
    }
    out += "</nav></header><main><div class=\"trail\">";
    for (const auto& [text, address] : trail) out += "<a href=\"" + address + "\">" + escape(text) + "</a> / ";
    return out + "</div>" + content + "</main></body></html>\n";
}

}  // namespace slipway::sandbox::gitlab
