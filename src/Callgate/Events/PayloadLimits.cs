namespace Callgate;

/// <summary>How much of a call's content its event holds. The true size and a hash are always kept, and what was cut is named.</summary>
public sealed record PayloadLimits
{
    /// <summary>The defaults.</summary>
    public static PayloadLimits Default { get; } = new();

    /// <summary>The most of the messages, and as much of the answer, in bytes of JSON. Default 1 MiB. Of longer conversations the first and the last messages are kept.</summary>
    public int MaxContentBytes
    {
        get;
        init => field = AtLeast(value, 64);
    } = 1 << 20;

    /// <summary>The most of one text, in bytes of JSON. Default 256 KiB.</summary>
    public int MaxTextBytes
    {
        get;
        init => field = AtLeast(value, 16);
    } = 256 << 10;

    /// <summary>The most of one Base64 text (<c>data:</c> URIs, audio, files), in bytes. Default 64.</summary>
    public int MaxBase64Bytes
    {
        get;
        init => field = AtLeast(value, 16);
    } = 64;

    /// <summary>The most of one list of numbers, e.g. an embedding. Default 16.</summary>
    public int MaxNumbers
    {
        get;
        init => field = AtLeast(value, 0);
    } = 16;

    /// <summary>The most of the caller's metadata, and as much of the parameters, in bytes of JSON. Default 64 KiB.</summary>
    public int MaxMetadataBytes
    {
        get;
        init => field = AtLeast(value, 64);
    } = 64 << 10;

    private static int AtLeast(
        int value,
        int least,
        [System.Runtime.CompilerServices.CallerMemberName] string member = ""
    ) => value < least ? throw new ArgumentOutOfRangeException(member, value, $"The least is {least}.") : value;
}
