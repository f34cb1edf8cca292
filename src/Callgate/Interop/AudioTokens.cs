using Microsoft.Extensions.AI;

namespace Callgate.Interop;

// Still marked as subject to change in Microsoft.Extensions.AI, but the only place where its clients put them; they have a price of their own.
#pragma warning disable MEAI001
internal static class AudioTokens
{
    public static long? InputAudio(this UsageDetails details) => details.InputAudioTokenCount;

    public static long? OutputAudio(this UsageDetails details) => details.OutputAudioTokenCount;

    public static void SetAudio(this UsageDetails details, long? input, long? output)
    {
        details.InputAudioTokenCount = input;
        details.OutputAudioTokenCount = output;
    }
}
#pragma warning restore MEAI001
