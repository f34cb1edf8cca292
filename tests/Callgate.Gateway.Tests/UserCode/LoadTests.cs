using Callgate.Gateway.UserCode;
using Callgate.Wire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Callgate.Gateway.Tests.UserCode;

public sealed class LoadTests : IDisposable
{
    private readonly CallbackFolder _folder = new();
    private readonly Tally _tally = new();

    public LoadTests() => _folder.Services.AddSingleton(_tally);

    public void Dispose() => _folder.Dispose();

    /// <summary>What the handler answers to a pre-call hook, as a refusal's message.</summary>
    private static async Task<string> SaysAsync(CustomLogger handler)
    {
        var context = new PreCallContext
        {
            Data = new ChatRequest { Model = "gpt-4o", Messages = [Message.User("Hi")] },
        };
        var result = await handler.PreCallHookAsync(context, TestContext.Current.CancellationToken);
        return Assert.IsType<RejectException>(result.Value).Message;
    }

    private async Task<string> SaysAsync(string reference) =>
        await SaysAsync((await _folder.LoadAsync(reference)).Handler);

    private static string Guard(string name, string says = "guarded") =>
        $$"""
            public class {{name}} : CustomLogger
            {
                public override ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct) =>
                    Reject(403, "{{says}}");
            }
            """;

    [Theory]
    // As in LiteLLM: the module's variable.
    [InlineData("custom_callbacks.proxy_handler_instance", "a static field")]
    [InlineData("custom_callbacks.ProxyHandlerInstance", "a static field")]
    [InlineData("custom_callbacks.other_instance", "a static property")]
    [InlineData("custom_callbacks.third_guard", "a type")]
    [InlineData("custom_callbacks.ThirdGuard", "a type")]
    [InlineData("./custom_callbacks.cs:ThirdGuard", "a type")]
    [InlineData("custom_callbacks.cs:third_guard", "a type")]
    public async Task AMember_OrElseAType_IsFoundByEitherName(string reference, string says)
    {
        _folder.Write(
            "custom_callbacks.cs",
            $$"""
            internal static class Instances
            {
                public static readonly CustomLogger proxy_handler_instance = new Talker("a static field");
                internal static Talker OtherInstance { get; } = new("a static property");
            }

            internal sealed class Talker(string says) : CustomLogger
            {
                public override ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct) =>
                    Reject(403, says);
            }

            {{Guard("ThirdGuard", "a type")}}
            """
        );

        Assert.Equal(says, await SaysAsync(reference));
    }

    [Theory]
    [InlineData("guard.cs", "./guard.cs")]
    [InlineData("guard.cs", "guard.proxy_handler_instance")]
    [InlineData("guard.cs", "guard")]
    [InlineData("hooks/guard.cs", "hooks.guard.handler")]
    [InlineData("hooks/guard.cs", "hooks/guard.cs")]
    [InlineData("hooks.guard.cs", "hooks.guard.handler")]
    public async Task TheFilesOnlyCallback_NeedsNoName(string file, string reference)
    {
        _folder.Write(file, "public abstract class Base : CustomLogger;\n" + Guard("Whatever"));

        var loaded = await _folder.LoadAsync(reference);

        Assert.Equal("guarded", await SaysAsync(loaded.Handler));
        Assert.Equal("Whatever", loaded.Name);
        Assert.Equal(_folder.PathOf(file), loaded.FilePath);
    }

    [Fact]
    public async Task AConstructor_GetsServices()
    {
        _folder.Services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection([new("team", "interns")]).Build()
        );
        _folder.Write(
            "guard.cs",
            """
            using Callgate.Gateway.Tests.UserCode;
            using Microsoft.Extensions.Configuration;

            public sealed class Guard : CustomLogger
            {
                private readonly string _says;

                public Guard(
                    ILogger logger, ILogger<Guard> typed, ILoggerFactory loggers, IConfiguration configuration,
                    HttpClient http, IHttpClientFactory clients, TimeProvider time, IServiceProvider services, Tally tally)
                {
                    logger.LogInformation("from ILogger");
                    typed.LogInformation("from ILogger<Guard>");
                    loggers.CreateLogger("mine").LogInformation("from ILoggerFactory");
                    _ = clients.CreateClient("other").Timeout + http.Timeout;
                    tally.Note($"{time.GetUtcNow().Year > 2000} {ReferenceEquals(services.GetService(typeof(Tally)), tally)}");
                    _says = configuration["team"]!;
                }

                public override ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct) =>
                    Reject(403, _says);
            }
            """
        );

        Assert.Equal("interns", await SaysAsync("guard.handler"));
        Assert.Equal(["True True"], _tally.Notes);
        Assert.Contains("Guard: Information: from ILogger", _folder.Log.Lines);
        Assert.Contains("Guard: Information: from ILogger<Guard>", _folder.Log.Lines);
        Assert.Contains("mine: Information: from ILoggerFactory", _folder.Log.Lines);
    }

    [Fact]
    public async Task TheUsualNamespaces_AreThere_AndWhateverTheFrameworkHas()
    {
        _folder.Write(
            "guard.cs",
            """
            #!/usr/bin/env -S dotnet run
            #nullable enable
            using System.Linq;
            public sealed class Guard : CustomLogger
            {
                // Nothing here refers to these assemblies: the compiler has to be given them all the same.
                private static readonly Type[] s_types =
                    [typeof(System.Net.Mail.MailMessage), typeof(Microsoft.AspNetCore.Http.HttpContext), typeof(System.Xml.Linq.XElement), typeof(Uri)];

                public override async ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct)
                {
                    await Task.Yield();
                    List<string> words = [Path.GetExtension("a.b"), nameof(HttpClient), LogLevel.Debug.ToString(), Message.User("Hi").Text];
                    return Reject(403, string.Join(" ", words.Select(w => w)) + s_types.Length);
                }
            }
            """
        );

        Assert.Equal(".b HttpClient Debug Hi4", await SaysAsync("guard.handler"));
    }

    [Fact]
    public async Task EveryError_IsNamed_WithFileLineAndColumn()
    {
        var path = _folder.Write(
            "guard.cs",
            """
            public sealed class Guard : CustomLogger
            {
                private int _number = "text";
                public override ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct) =>
                    Rejekt(403, "no");
            }
            """
        );

        var lines = (await _folder.ErrorOfAsync("guard.handler")).Split('\n');

        Assert.Equal(
            [
                $"{path}(3,27): error CS0029: Cannot implicitly convert type 'string' to 'int'",
                $"{path}(5,9): error CS0103: The name 'Rejekt' does not exist in the current context",
            ],
            lines
        );
    }

    [Fact]
    public async Task Warnings_AreLogged()
    {
        var path = _folder.Write(
            "guard.cs",
            "public class Guard : CustomLogger { public string Name() { return null; } }"
        );

        await _folder.LoadAsync("guard.handler");

        Assert.Equal(
            $"Callgate.UserCode: Warning: {path}(1,67): warning CS8603: Possible null reference return.",
            _folder.Log.Lines.First()
        );
    }

    [Theory]
    [InlineData("#:package Newtonsoft.Json@13.0.4", "name its .dll in the configuration: './MyCallbacks.dll'")]
    [InlineData("#:project ../Lib/Lib.csproj", "name its .dll in the configuration: './MyCallbacks.dll'")]
    [InlineData("#:sdk Microsoft.NET.Sdk.Web", "Remove the line.")]
    [InlineData("#:property LangVersion=preview", "Remove the line.")]
    public async Task DirectivesOfFileBasedApps_AreRefused(string directive, string advice)
    {
        var path = _folder.Write("guard.cs", $"#!/usr/bin/env dotnet\n\n{directive}\n{Guard("Guard")}");

        var error = await _folder.ErrorOfAsync("guard.handler");

        Assert.StartsWith($"{path}(3,1): error: '{directive}': ", error, StringComparison.Ordinal);
        Assert.Contains(advice, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("public class Helper;", "guard", "guard.cs declares no class that derives from CustomLogger.")]
    [InlineData(
        "class A : CustomLogger; class B : CustomLogger;",
        "guard.handler",
        "guard.cs declares several callbacks, and none is named 'handler': A, B. Say which: './guard.cs:A'."
    )]
    [InlineData(
        "class A : CustomLogger { static A Handler = new(); } class B : CustomLogger { static B Handler = new(); }",
        "guard.handler",
        "'handler' stands for several things in "
    )]
    [InlineData(
        "class A : CustomLogger { static string Handler = \"no\"; }",
        "guard.handler",
        "guard.cs: A.Handler holds String, not a CustomLogger."
    )]
    [InlineData(
        "class A : CustomLogger { static A? Handler = null; }",
        "guard.handler",
        "guard.cs: A.Handler holds null, not a CustomLogger."
    )]
    [InlineData(
        "class A : CustomLogger\n{\n static A Handler = new();\n public A() =>\n throw new InvalidOperationException(\"no key\");\n}",
        "guard.handler",
        "guard.cs: A.Handler could not be made: InvalidOperationException: no key (in "
    )]
    [InlineData(
        "class A : CustomLogger { public A(System.Text.StringBuilder builder) {} }",
        "guard.a",
        "guard.cs: A could not be made: InvalidOperationException: Unable to resolve service for type 'System.Text.StringBuilder' while attempting to activate 'A'."
    )]
    public async Task WhatIsNoCallback_IsRefused(string source, string reference, string message)
    {
        var path = _folder.Write("guard.cs", source);

        var error = await _folder.ErrorOfAsync(reference);

        Assert.Contains(message, error, StringComparison.Ordinal);
        if (message.EndsWith("(in ", StringComparison.Ordinal))
        {
            Assert.EndsWith($"(in {path}, line 5)", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("custom_callbacks.proxy_handler_instance")]
    [InlineData("custom_callbacks.py")]
    [InlineData("./custom_callbacks.py:proxy_handler_instance")]
    public async Task Python_IsRefused_WithWhatToDo(string reference)
    {
        var path = _folder.Write("custom_callbacks.py", "proxy_handler_instance = MyCustomHandler()");

        var error = await _folder.ErrorOfAsync(reference);

        Assert.StartsWith($"The callback '{reference}' is Python ({path})", error, StringComparison.Ordinal);
        Assert.Contains($"as {Path.ChangeExtension(path, ".cs")}", error, StringComparison.Ordinal);
        Assert.Contains("docs/migrating-from-litellm.md", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APortedFile_TakesThePythonOnesPlace()
    {
        _folder.Write("custom_callbacks.py", "");
        _folder.Write("custom_callbacks.cs", Guard("Guard"));

        Assert.Equal("guarded", await SaysAsync("custom_callbacks.proxy_handler_instance"));
    }

    [Theory]
    [InlineData("missing.handler", "there is no {0}missing.cs, and the application has no type of that name.")]
    [InlineData("./missing.cs", "there is no file {0}missing.cs.")]
    [InlineData("./missing.dll", "there is no file {0}missing.dll.")]
    [InlineData(
        "MyApp.Guard, MyApp",
        "the application has no assembly MyApp. If it is a file, name the file: './MyApp.dll'."
    )]
    [InlineData("MyApp.Guard, Callgate.Gateway.Tests", "Callgate.Gateway.Tests has no type MyApp.Guard.")]
    [InlineData("System.String", "is the type System.String, which is no class that derives from CustomLogger")]
    [InlineData("s3://bucket/module.handler", "Callbacks are loaded from files only")]
    public async Task WhatLeadsNowhere_IsRefused(string reference, string message) =>
        Assert.Contains(
            string.Format(
                System.Globalization.CultureInfo.InvariantCulture,
                message,
                _folder.Path + Path.DirectorySeparatorChar
            ),
            await _folder.ErrorOfAsync(reference),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Callgate.Gateway.Tests.UserCode.HostGuard")]
    [InlineData("Callgate.Gateway.Tests.UserCode.HostGuard, Callgate.Gateway.Tests")]
    public async Task ATypeOfTheApplication_IsMadeAndDisposed(string reference)
    {
        var loaded = await _folder.LoadAsync(reference);

        Assert.Same(_tally, Assert.IsType<HostGuard>(loaded.Handler).Tally);
        await loaded.ReleaseAsync();
        Assert.Equal(["disposed"], _tally.Notes);
        Assert.Throws<ObjectDisposedException>(() => loaded.Handler);
    }

    [Fact]
    public async Task ATypeThatTheApplicationRegistered_StaysTheApplications()
    {
        using var registered = new HostGuard(_tally);
        _folder.Services.AddSingleton(registered);

        var loaded = await _folder.LoadAsync("Callgate.Gateway.Tests.UserCode.HostGuard");

        Assert.Same(registered, loaded.Handler);
        await loaded.ReleaseAsync();
        Assert.Empty(_tally.Notes);
    }

    [Fact]
    public async Task AConstructorThatThrows_LeavesNoScopeOpen()
    {
        _folder.Services.AddScoped<Held>();
        _folder.Write(
            "guard.cs",
            "class Guard : CustomLogger { public Guard(Callgate.Gateway.Tests.UserCode.Held held) => throw new Exception(\"no\"); }"
        );

        await _folder.ErrorOfAsync("guard");

        Assert.Equal(["let go"], _tally.Notes);
    }

    [Fact]
    public async Task ADisposeThatHangs_HoldsUpNothing()
    {
        _folder.Services.AddScoped<Held>();
        await using var provider = _folder.Services.BuildServiceProvider();
        var services = new CallbackServices(provider, "x", null);
        services.GetService(typeof(Held));
        using var handler = new Stuck();
        var loaded = new LoadedCallback(
            handler,
            isOurs: true,
            services,
            context: null,
            _folder.Log.CreateLogger("x"),
            longestDispose: TimeSpan.FromMilliseconds(20)
        )
        {
            Reference = "x",
            BaseDirectory = "",
        };

        await loaded.ReleaseAsync();

        Assert.True(_folder.Log.Has("Callback Stuck failed while it was disposed."));
        Assert.Equal(["let go"], _tally.Notes);
    }

    private sealed class Stuck : CustomLogger, IDisposable
    {
        private readonly ManualResetEventSlim _never = new();
        private int _calls;

        public void Dispose()
        {
            // The second is the test's own.
            if (Interlocked.Increment(ref _calls) == 1)
            {
                _never.Wait();
            }
            else
            {
                _never.Set();
            }
        }
    }
}

/// <summary>A service of the application, one for each callback.</summary>
public sealed class Held(Tally tally) : IDisposable
{
    public void Dispose() => tally.Note("let go");
}
