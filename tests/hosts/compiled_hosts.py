"""Services in Go, Rust and Java."""

from __future__ import annotations

from tests.hosts.host import Host

GO = Host(
    files={
        "go.mod": "module example.com/api\n\ngo 1.21\n",
        "main.go": """package main

import "fmt"

func sum(a, b int) int { return a + b }

func main() { fmt.Println(sum(1, 2)) }
""",
        "main_test.go": """package main

import "testing"

func TestSum(t *testing.T) {
\tif sum(1, 2) != 3 {
\t\tt.Fatal("wrong")
\t}
}
""",
    },
    commands={
        "go vet ./...": ("", "go", "vet", "./..."),
        "go test ./...": ("", "go", "test", "./..."),
    },
)

RUST = Host(
    files={
        ".gitignore": "/target\n",
        "Cargo.toml": '[package]\nname = "api"\nversion = "0.1.0"\nedition = "2021"\n',
        "Cargo.lock": 'version = 3\n\n[[package]]\nname = "api"\nversion = "0.1.0"\n',
        "src/lib.rs": "pub fn sum(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
        "src/main.rs": 'fn main() {\n    println!("{}", api::sum(1, 2));\n}\n',
        "tests/sum.rs": "#[test]\nfn adds() {\n    assert_eq!(api::sum(1, 2), 3);\n}\n",
    },
    commands={
        "cargo build": ("", "cargo", "build", "--offline", "--locked"),
        "cargo test": ("", "cargo", "test", "--offline", "--locked"),
        "cargo fmt --check": ("", "cargo", "fmt", "--check"),
        "cargo clippy": (
            "",
            "cargo",
            "clippy",
            "--offline",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ),
    },
)

# As start.spring.io makes it. Maven's own plugins are not there without a network, so the compiler
# is called on its own, with the packages of the service in tests/servers/apps/spring.
SPRING = Host(
    files={
        ".gitignore": "target/\n!.mvn/wrapper/maven-wrapper.jar\n.idea\nbuild/\nHELP.md\n",
        "pom.xml": """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>api</artifactId>
  <version>0.0.1-SNAPSHOT</version>
</project>
""",
        "src/main/java/com/example/api/ApiApplication.java": """package com.example.api;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class ApiApplication {
    public static void main(String[] args) {
        SpringApplication.run(ApiApplication.class, args);
    }
}
""",
        "src/main/resources/application.properties": "spring.application.name=api\n",
    },
    commands={
        "mvn validate": ("", "mvn", "-q", "-B", "-o", "validate"),
        "javac": (
            *("", "javac", "-cp", "{jars}/*", "-d", "target"),
            "src/main/java/com/example/api/ApiApplication.java",
        ),
    },
)
