import { runTool, type ToolOptions } from '../run-tool.ts'

/** Why this ffmpeg cannot draw text into pictures; null when it can. It takes the filter and a font. */
export async function whyNoCaptions(tool: Omit<ToolOptions, 'timeoutMs'>): Promise<string | null> {
  const picture = ['-f', 'lavfi', '-i', 'color=black:size=64x64:rate=1', '-frames:v', '1']
  const draw = ['-vf', 'drawtext=text=%{pts\\\\:gmtime\\\\:0}:fontsize=12', '-f', 'null', '-']
  try {
    await runTool('ffmpeg', ['-hide_banner', '-nostdin', '-v', 'error', ...picture, ...draw], {
      ...tool,
      timeoutMs: 30_000,
    })
    return null
  } catch (thrown) {
    if (tool.signal?.aborted) throw thrown
    const said = (thrown as Error).message
    if (/No such filter/.test(said)) return 'this ffmpeg has no drawtext filter'
    if (/font/i.test(said)) return 'there is no font (Debian: apt-get install fonts-dejavu-core)'
    return said
  }
}
