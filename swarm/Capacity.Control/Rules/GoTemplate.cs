using System.Text;

namespace Capacity.Control.Rules;

/// <summary>Go's templates as alerts use them: values, pipelines, functions, if and with.</summary>
/// <remarks>
/// Source: Go text/template and Prometheus' documentation, "Template reference". Queries, <c>range</c> and
/// <c>define</c> are not expanded: the text then says so, in the words in which Prometheus reports template errors.
/// </remarks>
internal sealed class GoTemplate
{
    private readonly List<TemplatePart> _parts;

    private GoTemplate(List<TemplatePart> parts, string? problem)
    {
        _parts = parts;
        Problem = problem;
    }

    /// <summary>Why the template cannot be expanded, or null.</summary>
    public string? Problem { get; }

    public static bool IsTemplate(string text) => text.Contains("{{", StringComparison.Ordinal);

    /// <summary>Reads a template; what cannot be read becomes <see cref="Problem"/>.</summary>
    public static GoTemplate Parse(string text)
    {
        try
        {
            return new GoTemplate(new TemplateParser(text).Run(), null);
        }
        catch (TemplateException problem)
        {
            return new GoTemplate([], problem.Message);
        }
    }

    /// <summary>Fills in an alert's labels and value.</summary>
    public string Expand(LabelSet labels, LabelSet externalLabels, double value, string externalUrl = "")
    {
        if (Problem is not null)
        {
            return $"<error expanding template: {Problem}>";
        }

        var scope = new TemplateScope();
        scope.Variables["$labels"] = labels;
        scope.Variables["$externalLabels"] = externalLabels;
        scope.Variables["$externalURL"] = externalUrl;
        scope.Variables["$value"] = value;
        scope.Variables["$"] = scope.Dot = new TemplateRoot(labels, externalLabels, value, externalUrl);
        var text = new StringBuilder();
        try
        {
            foreach (TemplatePart part in _parts)
            {
                part.Write(scope, text);
            }
        }
        catch (TemplateException problem)
        {
            return $"<error expanding template: {problem.Message}>";
        }

        return text.ToString();
    }
}

/// <summary>A template cannot be read or expanded.</summary>
internal sealed class TemplateException(string message) : Exception(message);

/// <summary>What <c>.</c> is at the top of a template.</summary>
internal sealed record TemplateRoot(LabelSet Labels, LabelSet ExternalLabels, double Value, string ExternalUrl);

/// <summary>Variables and <c>.</c> while a template is expanded.</summary>
internal sealed class TemplateScope
{
    public Dictionary<string, object?> Variables { get; } = new(StringComparer.Ordinal);

    public object? Dot { get; set; }
}

/// <summary>Computes a value; <c>piped</c> is what stands before the bar.</summary>
internal delegate object? TemplateValue(TemplateScope scope);

/// <summary>A piece of a template: a closed set.</summary>
internal abstract record TemplatePart
{
    public abstract void Write(TemplateScope scope, StringBuilder text);

    public sealed record Literal(string Text) : TemplatePart
    {
        public override void Write(TemplateScope scope, StringBuilder text) => text.Append(Text);
    }

    public sealed record Shown(TemplateValue Value) : TemplatePart
    {
        public override void Write(TemplateScope scope, StringBuilder text) =>
            text.Append(TemplateFunctions.Show(Value(scope)));
    }

    public sealed record Assigned(string Name, TemplateValue Value) : TemplatePart
    {
        public override void Write(TemplateScope scope, StringBuilder text) =>
            scope.Variables[Name] = Value(scope);
    }

    /// <summary>if and with; the latter moves the dot.</summary>
    public sealed record Choice(
        TemplateValue Condition, bool MovesDot, List<TemplatePart> Then, List<TemplatePart> Else) : TemplatePart
    {
        public override void Write(TemplateScope scope, StringBuilder text)
        {
            object? value = Condition(scope);
            bool holds = TemplateFunctions.IsTrue(value);
            object? outer = scope.Dot;
            scope.Dot = holds && MovesDot ? value : outer;
            foreach (TemplatePart part in holds ? Then : Else)
            {
                part.Write(scope, text);
            }

            scope.Dot = outer;
        }
    }
}
