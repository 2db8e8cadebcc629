/**
 * Settings of every session that serves. A model whose weights use all 8 bits is computed exactly on every processor:
 * without VNNI, ONNX Runtime multiplies unsigned by unsigned bytes for it, which is slower and does not overflow. Weights
 * of 7 bits need and get no such detour.
 */
export function sessionSettings({ allowSpinning = false }: { allowSpinning?: boolean } = {}) {
  return {
    session: { x64quantprecision: '1', intra_op: { allow_spinning: allowSpinning ? '1' : '0' } },
  } as const
}
