import '../domain/fact.ts'
