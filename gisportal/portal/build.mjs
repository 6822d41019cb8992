// Bundles the browser code. Run by `npm run build`; R48: everything the pages load is served by us.
//
// Reads  : <room>/js/*.js below gisportal/ – every file directly in a `js` folder is one entry point.
// Writes : ${GISPORTAL_VAR:-var}/static-build/js/<name>.js with its source map, and the style sheets
//          and pictures of the packages under static-build/leaflet and static-build/design-tokens.
//          <room>/js/standalone/<name>.js and its .css become one file each, to be put into a page whole.
// Packages come from ${GISPORTAL_VAR:-var}/node/node_modules (or node_modules at top level).

import { cp, mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const varFolder = path.resolve(root, process.env.GISPORTAL_VAR || "var");
const target = path.join(varFolder, "static-build");
const packages = [path.join(varFolder, "node"), root]
  .map((folder) => path.join(folder, "node_modules"))
  .find((folder) => existsSync(path.join(folder, "esbuild")));

/** Folders named `js` that belong to a room or a module. */
async function scriptFolders() {
  const base = path.join(root, "gisportal");
  const modules = path.join(base, "modules");
  const rooms = [];
  for (const parent of [base, modules]) {
    for (const entry of await readdir(parent, { withFileTypes: true })) {
      const folder = path.join(parent, entry.name, "js");
      if (entry.isDirectory() && existsSync(folder)) rooms.push(folder);
    }
  }
  return rooms;
}

/** Entry points by name; two rooms may not share one, since both would be written to the same file. */
async function entryPoints() {
  const entries = {};
  for (const folder of await scriptFolders()) {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith(".js")).sort()) {
      const name = path.basename(file, ".js");
      if (entries[name]) throw new Error(`${name}.js exists twice: ${entries[name]}, ${folder}`);
      entries[name] = path.join(folder, file);
    }
  }
  return entries;
}

/** Scripts that stand in a page by themselves: in one piece, workers as text. */
async function bundleStandalone(esbuild, output) {
  const entryPoints = [];
  for (const folder of await scriptFolders()) {
    const inner = path.join(folder, "standalone");
    if (existsSync(inner)) entryPoints.push(...(await readdir(inner)).map((name) => path.join(inner, name)));
  }
  await esbuild.build({
    entryPoints,
    outdir: path.join(output, "standalone"),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    charset: "utf8",
    legalComments: "inline",
    nodePaths: [packages],
    absWorkingDir: root,
    logLevel: "warning",
    plugins: [workersAsText],
  });
  return entryPoints.length;
}

/** A worker cannot be imported from within one file: it becomes the text of a blob. */
const workersAsText = {
  name: "workers-as-text",
  setup(build) {
    build.onLoad({ filter: /-worker\.mjs$/ }, async ({ path: file }) => ({
      contents: await readFile(file, "utf8"),
      loader: "text",
    }));
  },
};

async function copyVendorFiles(output) {
  const copies = [
    ["leaflet/dist/leaflet.css", "leaflet/leaflet.css"],
    ["leaflet/dist/images", "leaflet/images"],
    ["leaflet/LICENSE", "leaflet/LICENSE"],
    ["@digital-go-jp/design-tokens/dist/tokens.css", "design-tokens/tokens.css"],
    ["@digital-go-jp/design-tokens/LICENSE", "design-tokens/LICENSE"],
  ];
  for (const [from, to] of copies) {
    const source = path.join(packages, from);
    if (!existsSync(source) && from.endsWith("LICENSE")) continue;
    await cp(source, path.join(output, to), { recursive: true });
  }
}

async function build() {
  if (!packages) throw new Error("The browser packages are not installed: run `make setup` first.");
  const esbuild = createRequire(path.join(packages, "esbuild", "package.json"))("esbuild");
  // Built beside the old one and then renamed, so that a running portal never sees half a build.
  const fresh = `${target}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(path.join(fresh, "js"), { recursive: true });
  const entries = await entryPoints();
  await esbuild.build({
    entryPoints: entries,
    outdir: path.join(fresh, "js"),
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2020",
    minify: true,
    sourcemap: true,
    charset: "utf8",
    legalComments: "linked",
    nodePaths: [packages],
    absWorkingDir: root,
    logLevel: "warning",
  });
  await bundleStandalone(esbuild, fresh);
  await copyVendorFiles(fresh);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
  console.log(`${Object.keys(entries).length} scripts bundled into ${path.relative(root, target)}`);
}

build().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
