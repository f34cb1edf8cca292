namespace Callgate.Gateway.UserCode;

/// <summary>Users' code as the compiler left it.</summary>
/// <param name="Assembly">The assembly.</param>
/// <param name="Symbols">Its portable PDB, so that stack traces name the user's file and line.</param>
/// <param name="Warnings">What the compiler warned of; empty where the code comes from the cache.</param>
internal sealed record CompiledCode(byte[] Assembly, byte[] Symbols, IReadOnlyList<string> Warnings);
