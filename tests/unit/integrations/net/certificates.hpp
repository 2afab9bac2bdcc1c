// Throw-away certificates, made with the openssl program for one test run.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace slipway::net {

/// Two authorities; the first has signed a certificate for "localhost" and one for "other.example".
class certificates {
public:
    certificates() {
        std::string pattern = (std::filesystem::temp_directory_path() / "slipway-tls-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        authority("ca");
        authority("stranger");
        certificate("localhost", "DNS:localhost");
        certificate("other.example", "DNS:other.example");
        certificate("address", "IP:127.0.0.1");
    }
    certificates(const certificates&) = delete;
    certificates& operator=(const certificates&) = delete;
    ~certificates() { std::filesystem::remove_all(folder_); }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    void run(const std::string& arguments) {
        const auto line = "cd " + folder_.string() + " && openssl " + arguments + " >openssl.log 2>&1";
        if (std::system(line.c_str()) != 0) FAIL("openssl " << arguments << " failed in " << folder_);
    }
    void authority(const std::string& name) {
        run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=" + name +
            "' -keyout " + name + ".key -out " + name + ".pem");
    }
    void certificate(const std::string& name, const std::string& for_whom) {
        std::ofstream{folder_ / (name + ".ext")} << "subjectAltName=" << for_whom << "\n";
        run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=" + name + "' -keyout " + name +
            ".key -out " + name + ".csr");
        run("x509 -req -days 2 -in " + name + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile " + name +
            ".ext -out " + name + ".pem");
    }
    std::filesystem::path folder_;
};

}  // namespace slipway::net
