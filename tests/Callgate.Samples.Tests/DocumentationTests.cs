using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Callgate.Samples.Tests;

/// <summary>
/// The code in the documentation compiles against the assemblies as they are. CONTRIBUTING.md tells how a block is marked:
/// <c>csharp</c> is a whole program, <c>csharp internal</c> one that sees internals, <c>csharp fragment</c> the inside of a method (with the names below at hand), <c>csharp member</c> a member of a handler,
/// and <c>csharp sketch</c> is not code to compile.
/// </summary>
public class DocumentationTests
{
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Runtime.CompilerServices;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Callgate;
        global using Callgate.Testing;
        global using Callgate.Wire;
        global using Microsoft.Extensions.Logging;
        global using Xunit;
        """;

    private const string Fragment = """
        class Fragment : Context
        {
            static async Task Run()
            {
                await Task.Yield();
        #line 1
        @
            }
        }

        // Fields, so that a fragment may have variables of the same names.
        class Context
        {
            protected static LlmClient client = null!;
            protected static LlmClientOptions options = null!;
            protected static IReadOnlyList<Message> messages = null!;
            protected static CallDetails call = null!;
            protected static FakeProvider provider = null!;
            protected static RecordingLogger recorder = null!;
            protected static CancellationToken cancellationToken;
        }

        class MyCallback : CustomLogger;
        """;

    private const string Member = """
        class Member : CustomLogger
        {
        #line 1
        @
        }
        """;

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    public static TheoryData<string> Pages =>
        [
            .. Directory
                .GetFiles(Repository.Root, "*.md")
                .Concat(Directory.GetFiles(Repository.PathOf("docs"), "*.md"))
                .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_code_of_a_page_compiles(string path) =>
        Assert.All(
            new MarkdownPage(path).Blocks,
            block =>
            {
                if (SourceOf(block) is { } source)
                {
                    var errors = ErrorsOf(source, block.Info == "csharp internal");
                    Assert.True(errors.Length == 0, $"{path}({block.Line}): {errors}");
                }
            }
        );

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_links_of_a_page_lead_to_files(string path)
    {
        var page = new MarkdownPage(path);
        var folder = Path.GetDirectoryName(Repository.PathOf(path))!;

        Assert.All(page.LocalLinks, link => Assert.True(Path.Exists(Path.Combine(folder, link)), $"{path}: {link}"));
    }

    [Fact]
    public void A_block_that_does_not_compile_is_found()
    {
        Assert.Equal("", ErrorsOf(SourceOf(new CodeBlock("csharp fragment", "client.Complete(\"m\", messages);", 1))!));
        Assert.Contains(
            "CS1061",
            ErrorsOf(SourceOf(new CodeBlock("csharp fragment", "client.Compleet();", 1))!),
            StringComparison.Ordinal
        );
        Assert.Throws<InvalidOperationException>(() => SourceOf(new CodeBlock("csharp framgent", "", 1)));
    }

    /// <summary>The source to compile; null where there is none.</summary>
    private static string? SourceOf(CodeBlock block) =>
        block.Info switch
        {
            "csharp" or "csharp internal" => block.Code,
            "csharp fragment" => Fragment.Replace("@", block.Code, StringComparison.Ordinal),
            "csharp member" => Member.Replace("@", block.Code, StringComparison.Ordinal),
            "csharp sketch" => null,
            var info
                when info.StartsWith("c#", StringComparison.OrdinalIgnoreCase)
                    || info.StartsWith("cs", StringComparison.OrdinalIgnoreCase) => throw new InvalidOperationException(
                $"Line {block.Line}: '{info}' is no known mark."
            ),
            _ => null,
        };

    private static string ErrorsOf(string source, bool seesInternals = false)
    {
        // A program's first statement may stand before or after its types, and a block of types alone has none.
        var tree = CSharpSyntaxTree.ParseText(source);
        var isProgram = tree.GetCompilationUnitRoot()
            .Members.Any(m => m is Microsoft.CodeAnalysis.CSharp.Syntax.GlobalStatementSyntax);
        var compilation = CSharpCompilation.Create(
            // The name of an assembly that internals are visible to.
            seesInternals ? "Callgate.Tests" : "Documentation",
            [tree, CSharpSyntaxTree.ParseText(GlobalUsings)],
            s_references,
            new CSharpCompilationOptions(
                isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                metadataImportOptions: seesInternals ? MetadataImportOptions.Internal : MetadataImportOptions.Public
            )
        );
        return string.Join(
            '\n',
            compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())
        );
    }
}
