"""Services in JavaScript and TypeScript."""

from __future__ import annotations

from tests.hosts.host import Host

# Biome's style: tabs and double quotes. prettier takes the tabs from .editorconfig.
NODE = Host(
    files={
        ".gitignore": "node_modules\nlogs\n*.log\nlib-cov\ncoverage\n.env\ndist\n",
        ".editorconfig": "root = true\n\n[*]\nindent_style = tab\n",
        "package.json": """{
\t"name": "api",
\t"version": "1.0.0",
\t"private": true,
\t"main": "app.js",
\t"scripts": {
\t\t"test": "jest"
\t},
\t"devDependencies": {
\t\t"eslint": "^9.0.0",
\t\t"jest": "^29.0.0"
\t}
}
""",
        "app.js": """const sum = (a, b) => {
\treturn a + b;
};

module.exports = { sum };
""",
        "__tests__/sum.js": """const { sum } = require("../app");

test("adds", () => {
\texpect(sum(1, 2)).toBe(3);
});
""",
        "sum.spec.mjs": """import { expect, test } from "vitest";
import { sum } from "./app.js";

test("adds", () => {
\texpect(sum(1, 2)).toBe(3);
});
""",
        "test/sum.js": """const assert = require("node:assert");
const { test } = require("node:test");
const { sum } = require("../app");

test("adds", () => {
\tassert.equal(sum(1, 2), 3);
});
""",
        "eslint.config.js": """const js = require("@eslint/js");

module.exports = [
\tjs.configs.recommended,
\t{
\t\tlanguageOptions: {
\t\t\tglobals: {
\t\t\t\texpect: "readonly",
\t\t\t\tmodule: "readonly",
\t\t\t\trequire: "readonly",
\t\t\t\ttest: "readonly",
\t\t\t},
\t\t},
\t},
];
""",
        "biome.json": """{
\t"vcs": { "enabled": true, "clientKind": "git", "useIgnoreFile": true },
\t"linter": { "rules": { "style": { "useNodejsImportProtocol": "error" } } }
}
""",
    },
    commands={
        "npx jest": ("hosts-node", "jest"),
        "node --test": ("", "node", "--test"),
        "npx mocha": ("hosts-node", "mocha"),
        "npx vitest run": ("hosts-node", "vitest", "run"),
        "npx eslint . (9)": ("hosts-node", "eslint", "."),
        "npx eslint . (10)": ("node", "eslint", "."),
        "npx biome ci": ("hosts-node", "biome", "ci"),
        "shfmt --diff .": ("dev", "shfmt", "--diff", "."),
    },
    hints={
        "eslint.config.js": (
            "module.exports = [\n",
            'module.exports = [\n\t{ ignores: ["tests/load/**"] },\n',
        )
    },
)

TYPESCRIPT = Host(
    files={
        ".gitignore": "node_modules\ndist\nplain\n",
        "package.json": '{\n  "name": "api",\n  "private": true,\n  "scripts": {}\n}\n',
        "src/main.ts": "import { sum } from './sum';\n\nconsole.log(sum(1, 2));\n",
        "src/sum.js": "exports.sum = (a, b) => a + b;\n",
        "src/more.ts": "export const more = (a: number): number => a + 1;\n",
        "tsconfig.json": """{
  "compilerOptions": {
    "allowJs": true,
    "skipLibCheck": true,
    "target": "es2022",
    "module": "commonjs",
    "outDir": "dist",
    "strict": true,
    "types": []
  }
}
""",
        "tsconfig.plain.json": """{
  "compilerOptions": {
    "noImplicitAny": false,
    "target": "es2022",
    "module": "commonjs",
    "outDir": "plain",
    "strict": true,
    "types": []
  }
}
""",
    },
    commands={
        "npx tsc (allowJs)": ("hosts-node", "tsc"),
        "npx tsc (no include)": ("hosts-node", "tsc", "--project", "tsconfig.plain.json"),
    },
    hints={
        "tsconfig.json": (
            '"types": []\n  }\n',
            '"types": []\n  },\n  "exclude": ["node_modules", "tests/load", "dist", "plain"]\n',
        )
    },
    built=frozenset(
        {"dist/main.js", "dist/more.js", "dist/sum.js", "plain/main.js", "plain/more.js"}
    ),
)

# As `nest new` makes it: CommonJS, and a tsconfig.json without `include`.
NEST = Host(
    files={
        ".gitignore": "/dist\n/node_modules\n/build\nlogs\n*.log\n/coverage\n.env\n",
        ".prettierrc": '{\n  "singleQuote": true,\n  "trailingComma": "all"\n}\n',
        "nest-cli.json": '{\n  "collection": "@nestjs/schematics",\n  "sourceRoot": "src"\n}\n',
        "package.json": """{
  "name": "api",
  "version": "0.0.1",
  "private": true,
  "scripts": {
    "build": "nest build"
  },
  "devDependencies": {
    "eslint": "^9.18.0"
  },
  "jest": {
    "rootDir": "src",
    "testRegex": ".*\\\\.spec\\\\.ts$"
  }
}
""",
        "tsconfig.json": """{
  "compilerOptions": {
    "module": "commonjs",
    "declaration": true,
    "removeComments": true,
    "emitDecoratorMetadata": true,
    "experimentalDecorators": true,
    "allowSyntheticDefaultImports": true,
    "target": "ES2023",
    "outDir": "./dist",
    "strictNullChecks": true,
    "forceConsistentCasingInFileNames": true,
    "types": []
  }
}
""",
        "tsconfig.build.json": """{
  "extends": "./tsconfig.json",
  "exclude": ["node_modules", "test", "dist", "**/*spec.ts"]
}
""",
        "src/main.ts": """import { AppService } from './app.service';

export const service = new AppService();
""",
        "src/app.service.ts": """export class AppService {
  getHello(): string {
    return 'Hello World!';
  }
}
""",
        "src/app.service.spec.ts": "test('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n",
        "test/jest-e2e.json": """{
  "moduleFileExtensions": ["js", "json", "ts"],
  "rootDir": ".",
  "testEnvironment": "node",
  "testRegex": ".e2e-spec.ts$"
}
""",
        "test/app.e2e-spec.ts": "test('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n",
        "eslint.config.mjs": """// @ts-check
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: ['dist', 'eslint.config.mjs', '**/*spec.ts'],
  },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      sourceType: 'commonjs',
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
);
""",
    },
    commands={
        "nest build": ("hosts-node", "tsc", "--project", "tsconfig.build.json"),
        "npx jest": ("hosts-node", "jest"),
        "npm run test:e2e": ("hosts-node", "jest", "--config", "./test/jest-e2e.json"),
        "npx eslint .": ("hosts-node", "eslint", "."),
        "npx prettier --check .": ("node", "prettier", "--check", "."),
        "npx prettier --check . (3.0)": ("hosts-node", "prettier", "--check", "."),
        "npx oxlint": ("hosts-node", "oxlint", "--deny-warnings"),
    },
    hints={
        "eslint.config.mjs": (
            "export default tseslint.config(\n",
            "export default tseslint.config(\n  { ignores: ['tests/load/**'] },\n",
        )
    },
    built=frozenset(f"dist/{name}" for name in ("app.service.js", "main.js")),
)

# As `create-next-app` makes it: ESLint 9 with Next's rules, and `allowJs`.
NEXT = Host(
    files={
        ".gitignore": "/node_modules\n/.next/\n/out/\n/build\n*.pem\n.env*\n*.tsbuildinfo\n",
        "package.json": """{
  "name": "web",
  "version": "0.1.0",
  "private": true,
  "scripts": {
    "build": "next build"
  },
  "devDependencies": {
    "eslint": "^9"
  }
}
""",
        "tsconfig.json": """{
  "compilerOptions": {
    "target": "ES2017",
    "lib": ["dom", "dom.iterable", "esnext"],
    "allowJs": true,
    "skipLibCheck": true,
    "strict": true,
    "noEmit": true,
    "esModuleInterop": true,
    "module": "esnext",
    "moduleResolution": "bundler",
    "resolveJsonModule": true,
    "isolatedModules": true,
    "jsx": "preserve",
    "types": []
  },
  "include": ["next-env.d.ts", "**/*.ts", "**/*.tsx", ".next/types/**/*.ts"],
  "exclude": ["node_modules"]
}
""",
        "next.config.ts": "const nextConfig = {};\n\nexport default nextConfig;\n",
        "app/health/route.ts": """export function GET(): Response {
  return Response.json({ status: "ok" });
}
""",
        "eslint.config.mjs": """import next from "@next/eslint-plugin-next";
import tseslint from "typescript-eslint";

const eslintConfig = [
  ...tseslint.configs.recommended,
  { plugins: { "@next/next": next }, rules: next.configs["core-web-vitals"].rules },
  { ignores: ["node_modules/**", ".next/**", "out/**", "build/**", "next-env.d.ts"] },
];

export default eslintConfig;
""",
    },
    commands={
        "npx eslint .": ("hosts-node", "eslint", "."),
        "npx tsc": ("hosts-node", "tsc"),
        "npx vitest run": ("hosts-node", "vitest", "run", "--passWithNoTests"),
    },
    hints={
        "eslint.config.mjs": (
            "const eslintConfig = [\n",
            'const eslintConfig = [\n  { ignores: ["tests/load/**"] },\n',
        ),
        "tsconfig.json": ('["node_modules"]', '["node_modules", "tests/load"]'),
    },
)
