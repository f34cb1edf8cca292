namespace Callgate.Tests.Usage;

public class TokenEstimatorTests
{
    /// <summary>Texts with their counts in the vocabulary of GPT-4o (o200k_base).</summary>
    public static TheoryData<string, int> Counted =>
        new()
        {
            {
                "This is free software: you are free to change and redistribute it. There is NO WARRANTY, to the extent permitted by law.",
                26
            },
            {
                "Die Würde des Menschen ist unantastbar. Sie zu achten und zu schützen ist Verpflichtung aller staatlichen Gewalt. Das Deutsche Volk bekennt sich darum zu unverletzlichen und unveräußerlichen Menschenrechten als Grundlage jeder menschlichen Gemeinschaft, des Friedens und der Gerechtigkeit in der Welt.",
                64
            },
            {
                "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros. Toda persona tiene todos los derechos y libertades proclamados en esta Declaración.",
                54
            },
            {
                "Все люди рождаются свободными и равными в своём достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства. Каждый человек должен обладать всеми правами и всеми свободами, провозглашёнными настоящей Декларацией.",
                68
            },
            {
                "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء. لكل إنسان حق التمتع بكافة الحقوق والحريات الواردة في هذا الإعلان.",
                59
            },
            {
                "人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的能以人类智能相似的方式做出反应的智能机器。该领域的研究包括机器人、语言识别、图像识别、自然语言处理和专家系统等。人工智能从诞生以来，理论和技术日益成熟，应用领域也不断扩大，可以设想，未来人工智能带来的科技产品，将会是人类智慧的容器。",
                105
            },
            {
                "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。吾輩はここで始めて人間というものを見た。しかもあとで聞くとそれは書生という人間中で一番獰悪な種族であったそうだ。",
                108
            },
            {
                "인공지능은 인간의 학습능력, 추론능력, 지각능력을 인공적으로 구현하려는 컴퓨터 과학의 세부 분야 중 하나이다. 정보공학 분야에 있어 하나의 인프라 기술이기도 하다. 인간을 포함한 동물이 갖고 있는 지능 즉, 자연 지능과는 다른 개념이다.",
                78
            },
            {
                "{\n  \"id\": \"chatcmpl-123\",\n  \"object\": \"chat.completion\",\n  \"choices\": [\n    {\n      \"index\": 0,\n      \"finish_reason\": \"stop\"\n    }\n  ]\n}",
                48
            },
            {
                "for (var i = 0; i < items.Count; i++)\n{\n    if (items[i].IsEnabled)\n    {\n        total += items[i].UnitPrice * quantity;\n    }\n}",
                41
            },
        };

    [Theory]
    [MemberData(nameof(Counted))]
    public void Estimate_IsWithin15Percent(string text, int tokens) =>
        Assert.InRange(TokenEstimator.Estimate(text), (long)(tokens * 0.85), (long)(tokens * 1.15));

    [Theory]
    [InlineData("", 0)]
    [InlineData("Hello, world!", 4)]
    [InlineData("The quick brown fox jumps over the lazy dog.", 10)]
    [InlineData("1234567", 3)]
    public void Estimate_IsExactOnPlainSentences(string text, long tokens) =>
        Assert.Equal(tokens, TokenEstimator.Estimate(text));

    [Fact]
    public void Estimate_TakesAnyText()
    {
        Assert.True(TokenEstimator.Estimate("\ud800\udfff \ud800") > 0);
        Assert.InRange(TokenEstimator.Estimate(new string('a', 1_000_000)), 100_000, 1_000_000);
    }
}
