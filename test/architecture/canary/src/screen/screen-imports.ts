import '../engine/engine-imports.ts'
