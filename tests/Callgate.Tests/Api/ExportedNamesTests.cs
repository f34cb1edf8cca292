using System.Reflection;

namespace Callgate.Tests.Api;

/// <summary><c>using Callgate;</c> beside the namespaces that such files use makes no name ambiguous.</summary>
public class ExportedNamesTests
{
    /// <summary>Whose namespaces stand beside ours in the same file.</summary>
    private static readonly Assembly[] s_theirs =
    [
        typeof(Microsoft.Extensions.AI.IChatClient).Assembly,
        typeof(Microsoft.Extensions.AI.ChatClientBuilder).Assembly,
        typeof(Microsoft.Extensions.AI.OpenAIClientExtensions).Assembly,
        typeof(OpenAI.OpenAIClient).Assembly,
        typeof(Anthropic.AnthropicClient).Assembly,
        typeof(Microsoft.Extensions.Logging.ILogger).Assembly,
        typeof(Microsoft.Extensions.Logging.LoggerFactory).Assembly,
        typeof(Microsoft.Extensions.DependencyInjection.IServiceCollection).Assembly,
        typeof(Microsoft.Extensions.DependencyInjection.ServiceProvider).Assembly,
        typeof(System.ClientModel.ApiKeyCredential).Assembly,
    ];

    // What implicit usings bring into every file, and what a web project adds.
    private static readonly string[] s_platform =
    [
        "System",
        "System.Collections.Generic",
        "System.IO",
        "System.Linq",
        "System.Net.Http",
        "System.Net.Http.Json",
        "System.Threading",
        "System.Threading.Tasks",
        "System.Text.Json",
        "System.Diagnostics",
        "System.Security",
        "Microsoft.AspNetCore.Builder",
        "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration",
        "Microsoft.Extensions.Hosting",
        "Microsoft.Extensions.Logging",
        "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Options",
    ];

    [Fact]
    public void OurNames_AreNobodyElses()
    {
        var ours = Ours().GroupBy(NameOf).ToDictionary(g => g.Key, g => g.First().FullName);
        Assert.Contains("LlmClient", ours.Keys);
        Assert.True(ours.Count > 60);

        var theirs = s_theirs
            .SelectMany(a => a.GetExportedTypes())
            .Concat(Platform())
            .Where(t => !t.IsNested && t.Namespace is not null && !IsOurs(t))
            .ToList();
        foreach (var expected in (string[])["Microsoft.Extensions.AI", "OpenAI.Chat", "Anthropic", "System.Net.Http"])
        {
            Assert.Contains(theirs, t => t.Namespace == expected);
        }

        var clashes = theirs
            .Where(t => ours.ContainsKey(NameOf(t)))
            .Select(t => $"{ours[NameOf(t)]} and {t.FullName}")
            .ToList();
        Assert.Empty(clashes);
    }

    private static IEnumerable<Type> Ours() =>
        ((string[])["Callgate", "Callgate.Extensions.AI"])
            .Select(Assembly.Load)
            .SelectMany(a => a.GetExportedTypes())
            .Where(t => !t.IsNested && t.Namespace == "Callgate");

    private static bool IsOurs(Type type) =>
        type.Assembly.GetName().Name!.StartsWith("Callgate", StringComparison.Ordinal);

    private static IEnumerable<Type> Platform() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(Path.GetFileNameWithoutExtension)
            .Where(n =>
                n!.StartsWith("System.", StringComparison.Ordinal)
                || n.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                || n.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
            )
            .SelectMany(n => Assembly.Load(n!).GetExportedTypes())
            .Where(t => s_platform.Contains(t.Namespace));

    // Generic types of other arity are other names.
    private static string NameOf(Type type) => type.Name;
}
