import '../../src/domain/fact.ts'
