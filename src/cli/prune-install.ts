import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface PruneOptions {
  /** Folder of the package `onnxruntime-node`, and that of `node`; null where it is not installed. */
  readonly onnxRuntimeDir: string | null
  readonly nodeDir: string | null
  readonly platform: string
  readonly arch: string
}

export interface Pruned {
  readonly paths: readonly string[]
  readonly bytes: number
}

/**
 * Takes away what an installation never uses on this machine: ONNX Runtime's libraries for other platforms, the headers of
 * the Node that npm brought, and its second copy. npm has no way to leave them out, and an install script of a package is
 * something that many do not allow. @throws whatever the file system says
 */
export async function pruneInstall(options: PruneOptions): Promise<Pruned> {
  const paths = [...(await otherPlatforms(options)), ...(await nodeLeftovers(options))]
  let bytes = 0
  for (const path of paths) {
    bytes += await sizeOf(path)
    await rm(path, { recursive: true })
  }
  return { paths, bytes }
}

/** Folders bin/napi-vN/PLATFORM/ARCH that are not this machine's; none where its own is not there either. */
async function otherPlatforms({ onnxRuntimeDir, platform, arch }: PruneOptions): Promise<string[]> {
  if (onnxRuntimeDir === null) return []
  const found: string[] = []
  for (const version of await foldersOf(join(onnxRuntimeDir, 'bin'))) {
    const built: { readonly own: boolean; readonly path: string }[] = []
    for (const system of await foldersOf(version))
      for (const path of await foldersOf(system))
        built.push({ own: path === join(version, platform, arch), path })
    if (built.some(({ own }) => own)) found.push(...built.filter(({ own }) => !own).map(({ path }) => path))
  }
  return found
}

/** The package with the binary, which `node` has copied or linked into its own bin folder. */
async function nodeLeftovers({ nodeDir }: PruneOptions): Promise<string[]> {
  if (nodeDir === null || !(await exists(join(nodeDir, 'bin/node')))) return []
  const packages = await foldersOf(join(nodeDir, 'node_modules'))
  return packages.filter((path) => /\/node-(linux|darwin|win|freebsd|sunos|aix)-[a-z0-9]+$/.test(path))
}

async function foldersOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(dir, name))
}

async function sizeOf(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true })
  let bytes = 0
  for (const entry of entries)
    if (entry.isFile()) {
      const { size, nlink } = await stat(join(entry.parentPath, entry.name))
      // A file with another name elsewhere frees nothing.
      if (nlink === 1) bytes += size
    }
  return bytes
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
